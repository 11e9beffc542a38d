import { useStore } from "zustand";
import { FamilyIcon, say, useCanvasStore, useEditor, useEditorWords } from "@/features/editor";
import classes from "./Palette.module.css";

/** The card that follows the pointer while an item is dragged out. */
export function Ghost() {
  const t = useEditorWords();
  const ghost = useStore(useCanvasStore(), (state) => state.ghost);
  const catalogue = useEditor((state) => state.catalogue);
  if (!ghost) return null;
  const family = catalogue.get(ghost.type)?.family ?? "block";
  return (
    <div
      className={classes.ghost}
      data-refused={ghost.reason !== null || undefined}
      style={{ transform: `translate(${ghost.x - 100}px, ${ghost.y - 30}px)` }}
    >
      <FamilyIcon family={family} />
      <strong>{ghost.name}</strong>
      {ghost.reason && <span className={classes.refusal}>{say(t, ghost.reason)}</span>}
    </div>
  );
}
