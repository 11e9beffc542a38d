import { ViewportPortal } from "@xyflow/react";
import { useEffect, useRef } from "react";
import { useStore } from "zustand";
import { useEditorContext } from "../context";
import { say, useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** What a drag of cards will do: words beside the pointer, and outlines where copies will stand. */
export function DragPicture() {
  const t = useEditorWords();
  const { canvas } = useEditorContext();
  const ref = useRef<HTMLDivElement>(null);
  const hint = useStore(canvas, (state) => state.dragHint);
  const copies = useStore(canvas, (state) => state.copies);
  useEffect(() => {
    const follow = ({ clientX, clientY }: PointerEvent) => {
      if (ref.current) ref.current.style.transform = `translate(${clientX + 16}px, ${clientY + 16}px)`;
    };
    window.addEventListener("pointermove", follow);
    return () => window.removeEventListener("pointermove", follow);
  }, []);
  return (
    <>
      <div ref={ref} className={classes.hint} data-kind="fits" role="status" hidden={hint === null}>
        {hint && say(t, hint)}
      </div>
      {copies.length > 0 && (
        <ViewportPortal>
          {copies.map(({ x, y, width, height }) => (
            <div
              key={`${x},${y}`}
              className={classes.copy}
              style={{ transform: `translate(${x}px, ${y}px)`, width, height }}
            />
          ))}
        </ViewportPortal>
      )}
    </>
  );
}
