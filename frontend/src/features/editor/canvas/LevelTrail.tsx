import { type EditorState, reportPrefix, resolveLevel } from "@/document";
import { useEditor, useEditorStore } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** Where one is: the network and the blocks that were opened, each a way back; at the end which block it is. */
export function LevelTrail() {
  const t = useEditorWords();
  const store = useEditorStore();
  const level = useEditor((state) => state.level);
  const block = useEditor(({ document }) => (level.length > 0 ? resolveLevel(document, level).blockName : ""));
  const count = useEditor(countRepeats);
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
        {count > 1 && `, ${t("level.first", { count })}`}
      </span>
    </nav>
  );
}

/** How often the opened block stands in a row, as the check met it; 1 where it does not repeat or nothing is known yet. */
function countRepeats(state: EditorState): number {
  const { document, level, report } = state;
  const [inner] = resolveLevel(document, level).block.nodes;
  const id = level.at(-1);
  if (!report || !inner || id === undefined) return 1;
  const prefix = `${reportPrefix(report, level.slice(0, -1))}${id}.`;
  let count = 0;
  while (Object.hasOwn(report.nodes, `${prefix}${count}.${inner.id}`)) count += 1;
  return Math.max(count, 1);
}
