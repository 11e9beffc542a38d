import { useMemo } from "react";
import { useStore } from "zustand";
import { completePositions, foldsOf, frozenOf, marksOf, type Position, type Positions, resolveLevel } from "@/document";
import { useEditor, useEditorContext, useWeights } from "../context";
import { marksAt } from "../weights";
import type { LevelView } from "./flow";

/** The open level with everything that its picture depends on; `dragged` are places that are not in the document yet. */
export function useLevelView(dragged: Positions | null): LevelView {
  const document = useEditor((state) => state.document);
  const path = useEditor((state) => state.level);
  const catalogue = useEditor((state) => state.catalogue);
  const report = useEditor((state) => state.report);
  const selection = useEditor((state) => state.selection);
  const here = useMemo(() => resolveLevel(document, path), [document, path]);
  const stored = useMemo(() => {
    const level = { document, block: here.block, catalogue };
    return completePositions(level, document.view[here.blockName] ?? {});
  }, [document, here, catalogue]);
  const positions = useMemo(() => (dragged ? { ...stored, ...dragged } : stored), [stored, dragged]);
  const compared = useWeights((state) => state.compared);
  const weights = useMemo(() => marksAt(compared, here.path), [compared, here.path]);
  const frozen = useMemo(() => frozenOf(document), [document]);
  const { canvas } = useEditorContext();
  const heat = useStore(canvas, (state) => state.heat);
  const times = useStore(canvas, (state) => state.measured.times);
  const differences = useStore(canvas, (state) => state.differences?.get(here.blockName) ?? null);
  const marks = marksOf(document, here.blockName);
  const { colors, ways } = marks;
  const folds = foldsOf(here.block, marks);
  const shifts = useMemo(
    () => (dragged && ways.length > 0 ? shiftsOf(stored, dragged) : null),
    [stored, dragged, ways],
  );
  return useMemo(
    () => ({
      document,
      block: here.block,
      blockName: here.blockName,
      path: here.path,
      catalogue,
      report,
      selection,
      positions,
      weights,
      frozen,
      colors,
      ways,
      folds,
      shifts,
      heat,
      times,
      differences,
    }),
    [
      document,
      here,
      catalogue,
      report,
      selection,
      positions,
      weights,
      frozen,
      colors,
      ways,
      folds,
      shifts,
      heat,
      times,
      differences,
    ],
  );
}

function shiftsOf(stored: Positions, dragged: Positions): Positions {
  return Object.fromEntries(
    Object.entries(dragged).map(([id, [x, y]]): [string, Position] => {
      const [left, top] = stored[id] ?? [x, y];
      return [id, [x - left, y - top]];
    }),
  );
}
