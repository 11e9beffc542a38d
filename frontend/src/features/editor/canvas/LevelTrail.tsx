import { useEditor, useEditorStore } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** Where one is: the network and the blocks that were opened, each a way back. */
export function LevelTrail() {
  const t = useEditorWords();
  const store = useEditorStore();
  const level = useEditor((state) => state.level);
  if (level.length === 0) return null;
  const steps = [t("level.top"), ...level];
  return (
    <nav className={classes.trail} aria-label={t("level.label")}>
      {steps.map((name, depth) => (
        <span key={steps.slice(0, depth + 1).join("/")}>
          {depth > 0 && <span aria-hidden> / </span>}
          {depth === level.length ? (
            <strong aria-current="page">{name}</strong>
          ) : (
            <button type="button" onClick={() => store.getState().openLevel(level.slice(0, depth))}>
              {name}
            </button>
          )}
        </span>
      ))}
    </nav>
  );
}
