import { ViewportPortal } from "@xyflow/react";
import { lazy, memo, type RefObject, Suspense, useEffect } from "react";
import { useStore } from "zustand";
import { loadPart } from "@/api";
import { type Frame, type MarkRef, marksOf, type Note, type Positions, resolveLevel, setMark } from "@/document";
import { hereOf } from "../commands/command";
import { useEditor, useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import { markColor } from "../markColor";
import type { LevelView } from "./flow";
import classes from "./Marks.module.css";
import { MarkTools } from "./MarkTools";
import { useMarkDrag } from "./useMarkDrag";

/** The renderer comes with the first note. */
const NoteText = lazy(() => loadPart(() => import("./NoteText")));

interface MarksLayerProps {
  level: RefObject<LevelView | null>;
  /** Shows cards at other places while a frame is dragged; null where the document has them again. */
  onShift: (places: Positions | null) => void;
}

/** Frames behind the cards and notes beside them. */
export const MarksLayer = memo(function MarksLayer({ level, onShift }: MarksLayerProps) {
  const { store, canvas } = useEditorContext();
  const { frames, notes } = useEditor(({ document, level: path }) => {
    return marksOf(document, resolveLevel(document, path).blockName);
  });
  useEffect(() => {
    // One thing is chosen at a time: cards and wires, or a mark.
    return store.subscribe(({ selection, level: path }, before) => {
      const isChosen = selection !== before.selection && selection.nodes.length + selection.edges.length > 0;
      if (isChosen || path.join() !== before.level.join()) canvas.setState({ mark: null, isWriting: false });
    });
  }, [store, canvas]);
  return (
    <ViewportPortal>
      {Object.entries(frames).map(([id, frame]) => (
        <Mark key={`frame-${id}`} kind="frame" id={id} mark={frame} level={level} onShift={onShift} />
      ))}
      {Object.entries(notes).map(([id, note]) => (
        <Mark key={`note-${id}`} kind="note" id={id} mark={note} level={level} onShift={onShift} />
      ))}
    </ViewportPortal>
  );
});

type MarkProps = MarksLayerProps & { id: string } & ({ kind: "frame"; mark: Frame } | { kind: "note"; mark: Note });

const Mark = memo(function Mark({ kind, id, mark, level, onShift }: MarkProps) {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const isChosen = useStore(canvas, (state) => state.mark?.kind === kind && state.mark.id === id);
  const isWriting = useStore(canvas, (state) => state.isWriting) && isChosen;
  const ref: MarkRef = { kind, id };
  const drag = useMarkDrag({ kind, id }, mark, level, onShift);
  const words = kind === "frame" ? mark.title : mark.text;
  const name = t(kind === "frame" ? "mark.frame" : "mark.note", { words: words || t("mark.untitled") });
  const choose = () => {
    store.getState().select({});
    canvas.setState({ mark: ref });
  };

  function write(next: string): void {
    canvas.setState({ isWriting: false });
    if (next === words) return;
    const value = kind === "frame" ? { ...mark, title: next } : { ...mark, text: next };
    store.getState().applyEdits([setMark(hereOf(store.getState()).blockName, ref, value)], {
      label: { key: kind === "frame" ? "history.set_frame" : "history.set_note" },
    });
  }

  const style = {
    "--mark": markColor(mark.color),
    transform: `translate(${drag.rect.x}px, ${drag.rect.y}px)`,
    width: drag.rect.width,
    height: drag.rect.height,
  } as React.CSSProperties;
  return (
    <div
      className={kind === "frame" ? classes.frame : classes.note}
      style={style}
      data-mark={kind}
      data-chosen={isChosen || undefined}
      data-testid={`mark-${id}`}
    >
      {isWriting ? (
        <Writing kind={kind} words={words} label={t(kind === "frame" ? "mark.title" : "mark.text")} onWritten={write} />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a button could not hold the paragraphs and links of a note.
        <div
          className={`${kind === "frame" ? classes.title : classes.text} nopan`}
          role="button"
          tabIndex={0}
          aria-label={name}
          aria-pressed={isChosen}
          onFocus={choose}
          onPointerDown={(event) => {
            choose();
            drag.onMoveDown(event);
          }}
          onDoubleClick={() => canvas.setState({ mark: ref, isWriting: true })}
          onKeyDown={drag.onKeyDown}
        >
          {kind === "frame" ? (
            words || <em>{t("mark.untitled")}</em>
          ) : (
            <Suspense fallback={words}>{words ? <NoteText text={words} /> : <em>{t("mark.empty")}</em>}</Suspense>
          )}
        </div>
      )}
      <div className={`${classes.corner} nopan`} onPointerDown={drag.onSizeDown} title={t("mark.size")} aria-hidden />
      {isChosen && !isWriting && <MarkTools kind={kind} id={id} mark={mark} />}
    </div>
  );
});

interface WritingProps {
  kind: MarkRef["kind"];
  words: string;
  label: string;
  onWritten: (words: string) => void;
}

/** The words of a mark while they are written: leaving the field keeps them, Escape does not. */
function Writing({ kind, words, label, onWritten }: WritingProps) {
  const props = {
    defaultValue: words,
    "aria-label": label,
    className: `${kind === "frame" ? classes.titleField : classes.textField} nopan nowheel`,
    ref: (element: HTMLInputElement | HTMLTextAreaElement | null) => element?.focus({ preventScroll: true }),
    onBlur: (event: React.FocusEvent<HTMLInputElement | HTMLTextAreaElement>) => onWritten(event.currentTarget.value),
    onKeyDown: (event: React.KeyboardEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      event.stopPropagation();
      const isDone = event.key === "Enter" && (kind === "frame" || event.ctrlKey || event.metaKey);
      if (event.key === "Escape") event.currentTarget.value = words;
      if (event.key === "Escape" || isDone) event.currentTarget.blur();
    },
  };
  return kind === "frame" ? <input {...props} maxLength={200} /> : <textarea {...props} maxLength={20000} />;
}
