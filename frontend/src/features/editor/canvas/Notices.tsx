import { useEffect, useMemo } from "react";
import { useStore } from "zustand";
import { reportAt } from "@/document";
import { formatShape } from "@/ui";
import { useEditor, useEditorContext } from "../context";
import { say, useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

const NOTICE_MS = 5000;

/** What the canvas has to say for a moment, what the check is doing, and, for a screen reader, what is selected. */
export function Notices() {
  const t = useEditorWords();
  const { canvas } = useEditorContext();
  const notice = useStore(canvas, (state) => state.notice);
  const checking = useEditor((state) => state.checking);
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => canvas.setState({ notice: null }), NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice, canvas]);
  const status = { slow: t("canvas.checking"), failed: t("canvas.checkFailed"), pending: null, current: null }[
    checking
  ];
  return (
    <>
      <div className={classes.notices}>
        <div role="status">{notice && <div className={classes.notice}>{say(t, notice)}</div>}</div>
        <div role="status">
          {status !== null && (
            <div className={classes.notice} data-kind={checking}>
              {status}
            </div>
          )}
        </div>
      </div>
      <SelectionSpoken />
    </>
  );
}

function SelectionSpoken() {
  const t = useEditorWords();
  const selection = useEditor((state) => state.selection);
  const report = useEditor((state) => state.report);
  const level = useEditor((state) => state.level);
  const words = useMemo(() => {
    const [id, ...others] = selection.nodes;
    if (id === undefined || others.length > 0) return "";
    const outputs = Object.values(reportAt(report, level, id)?.outputs ?? {});
    const shape = outputs.map((tensor) => formatShape(tensor.shape)).join(", ");
    const problem = report?.problems.find((candidate) => candidate.node === id)?.message ?? "";
    return [shape && t("canvas.output", { id, shape }), problem].filter(Boolean).join(". ");
  }, [selection, report, level, t]);
  return (
    <div className={classes.spoken} aria-live="polite">
      {words}
    </div>
  );
}
