import { type Document, type LevelPath, resolveLevel } from "@/document";
import { useEditor, useEditorStore } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** Where one is: the network and the blocks that were opened, each a way back; at the end which block it is. */
export function LevelTrail() {
  const t = useEditorWords();
  const store = useEditorStore();
  const level = useEditor((state) => state.level);
  const block = useEditor(({ document }) => (level.length > 0 ? resolveLevel(document, level).blockName : ""));
  const repeat = useEditor(({ document }) => repeatOf(document, level));
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
      <span className={classes.trailBlock}>
        {block}
        {repeat !== 1 && ` ${t("level.first", { repeat })}`}
      </span>
    </nav>
  );
}

/** How often the opened node repeats, as it is typed. */
function repeatOf(document: Document, level: LevelPath): number | string {
  const id = level.at(-1);
  const outside = resolveLevel(document, level.slice(0, -1)).block;
  return outside.nodes.find((node) => node.id === id)?.repeat ?? 1;
}
