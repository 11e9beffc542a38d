import { IconPencil, IconTrash } from "@tabler/icons-react";
import { COLORS, type Color, type Frame, type MarkKind, type Note, setMark } from "@/document";
import { ReasonedIcon } from "@/ui";
import { hereOf } from "../commands/command";
import { removeMark } from "../commands/selection";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import { markColor } from "../markColor";
import classes from "./Marks.module.css";

interface MarkToolsProps {
  kind: MarkKind;
  id: string;
  mark: Frame | Note;
}

/** What can be done with the chosen mark. */
export function MarkTools({ kind, id, mark }: MarkToolsProps) {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();

  function paint(color: Color): void {
    const { applyEdits } = store.getState();
    applyEdits([setMark(hereOf(store.getState()).blockName, { kind, id }, { ...mark, color })], {
      label: { key: kind === "frame" ? "history.set_frame" : "history.set_note" },
    });
  }

  return (
    <div className={`${classes.tools} nopan`} role="toolbar" aria-label={t("mark.tools")}>
      <ReasonedIcon size="sm" label={t("mark.write")} onClick={() => canvas.setState({ isWriting: true })}>
        <IconPencil size={14} aria-hidden />
      </ReasonedIcon>
      {COLORS.map((color) => (
        <button
          key={color}
          type="button"
          className={classes.swatch}
          style={{ background: markColor(color) }}
          aria-label={t(`color.${color}`)}
          title={t(`color.${color}`)}
          aria-pressed={color === mark.color}
          onClick={() => paint(color)}
        />
      ))}
      <ReasonedIcon
        size="sm"
        label={t("command.remove")}
        onClick={() => removeMark({ state: store.getState(), canvas })}
      >
        <IconTrash size={14} aria-hidden />
      </ReasonedIcon>
    </div>
  );
}
