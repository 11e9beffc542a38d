import { useEffect, useRef } from "react";
import { useStore } from "zustand";
import { useEditorContext } from "../context";
import { say, useEditorWords } from "../labels";
import classes from "./Canvas.module.css";
import { nodesWithin, verdictOver } from "./useConnecting";

/** Beside the pointer while a wire is drawn: what would happen here, or why it cannot. */
export function ConnectionHint() {
  const t = useEditorWords();
  const { canvas } = useEditorContext();
  const ref = useRef<HTMLDivElement>(null);
  const connection = useStore(canvas, (state) => state.connection);
  const over = useStore(canvas, (state) => state.over);
  useEffect(() => {
    if (!connection) return;
    const follow = ({ clientX, clientY }: PointerEvent) => {
      if (ref.current) ref.current.style.transform = `translate(${clientX + 16}px, ${clientY + 16}px)`;
    };
    window.addEventListener("pointermove", follow);
    return () => window.removeEventListener("pointermove", follow);
  }, [connection]);
  if (!connection) return null;
  const within = over?.folded && over.port === null ? nodesWithin(connection, over.folded) : null;
  const [only] = within ?? [];
  if (within && within.length !== 1) {
    return (
      <div ref={ref} className={classes.hint} data-kind={only === undefined ? "illegal" : "fits"} role="status">
        {only === undefined ? t("connect.noneFolded") : t("connect.chooseFolded", { nodes: within.join(", ") })}
      </div>
    );
  }
  const aim = only === undefined ? over : { node: only, port: null };
  const found = aim && aim.node !== connection.from.node ? verdictOver(connection, aim) : null;
  const verdict = found?.verdict;
  const kind = verdict && (verdict.legal ? (verdict.fits ? "fits" : "mismatch") : "illegal");
  const words = verdict?.reason ? say(t, verdict.reason) : t("connect.fits", { node: aim?.node });
  return (
    <div ref={ref} className={classes.hint} data-kind={kind} role="status" hidden={!verdict}>
      {verdict && words}
    </div>
  );
}
