import { useReactFlow } from "@xyflow/react";
import { type KeyboardEvent, type PointerEvent, type RefObject, useState } from "react";
import {
  type Frame,
  GRID,
  heldBy,
  type MarkRef,
  marksOf,
  moveMarkEdits,
  type Note,
  type Position,
  type Positions,
  type Rect,
  setMark,
  snap,
} from "@/document";
import { removeMark } from "../commands/selection";
import { useEditorContext } from "../context";
import type { LevelView } from "./flow";

const SMALLEST = { width: 120, height: 60 };

/** Moving and sizing a mark by mouse and keys; a frame takes what stands in it along. One drag is one step. */
export function useMarkDrag(
  ref: MarkRef,
  mark: Frame | Note,
  level: RefObject<LevelView | null>,
  onShift: (places: Positions | null) => void,
) {
  const { store, canvas } = useEditorContext();
  const flow = useReactFlow();
  const [drag, setDrag] = useState<{ by: Position; isSizing: boolean } | null>(null);

  function here(view: LevelView) {
    const { document } = store.getState();
    return {
      level: view,
      blockName: view.blockName,
      positions: view.positions,
      marks: marksOf(document, view.blockName),
    };
  }

  function commitMove(view: LevelView, by: Position, mergeKey?: string): void {
    if (by[0] === 0 && by[1] === 0) return;
    store.getState().applyEdits(moveMarkEdits(ref, by, here(view)), {
      label: { key: ref.kind === "frame" ? "history.moveFrame" : "history.moveNote" },
      ...(mergeKey === undefined ? {} : { history: { kind: "merge" as const, key: mergeKey } }),
    });
  }

  function commitSize(view: LevelView, by: Position): void {
    store.getState().applyEdits([setMark(view.blockName, ref, sized(mark, by))], {
      label: { key: ref.kind === "frame" ? "history.sizeFrame" : "history.sizeNote" },
    });
  }

  function start(event: PointerEvent<HTMLElement>, isSizing: boolean): void {
    const view = level.current;
    if (event.button !== 0 || !view) return;
    const grip = event.currentTarget;
    const first = { x: event.clientX, y: event.clientY };
    const { nodes } = heldBy(mark, view, view.positions, marksOf(view.document, view.blockName));
    let by: Position = [0, 0];
    grip.setPointerCapture(event.pointerId);

    function onMove(move: globalThis.PointerEvent): void {
      const zoom = flow.getZoom();
      const steps: Position = [(move.clientX - first.x) / zoom, (move.clientY - first.y) / zoom];
      by = canvas.getState().isSnapping ? [snap(steps[0]), snap(steps[1])] : steps;
      setDrag({ by, isSizing });
      if (!isSizing && ref.kind === "frame" && view) onShift(shifted(view.positions, nodes, by));
    }
    function end(isKept: boolean): void {
      grip.removeEventListener("pointermove", onMove);
      grip.removeEventListener("pointerup", onUp);
      grip.removeEventListener("pointercancel", onCancel);
      setDrag(null);
      onShift(null);
      if (!isKept || !view || (by[0] === 0 && by[1] === 0)) return;
      if (isSizing) commitSize(view, by);
      else commitMove(view, by);
    }
    const onUp = () => end(true);
    const onCancel = () => end(false);
    grip.addEventListener("pointermove", onMove);
    grip.addEventListener("pointerup", onUp);
    grip.addEventListener("pointercancel", onCancel);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const view = level.current;
    if (step && view) {
      const far = event.shiftKey ? 5 : 1;
      const by: Position = [(step[0] ?? 0) * GRID * far, (step[1] ?? 0) * GRID * far];
      commitMove(view, by, `mark:${view.blockName}:${ref.kind}:${ref.id}`);
    } else if (event.key === "Enter" || event.key === "F2") {
      canvas.setState({ mark: ref, isWriting: true });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      removeMark({ state: store.getState(), canvas });
      canvas.getState().view?.focus();
    } else if (event.key === "Escape") {
      canvas.setState({ mark: null });
      canvas.getState().view?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  const by = drag?.by ?? [0, 0];
  const rect: Rect = drag?.isSizing ? sized(mark, by) : { ...mark, x: mark.x + by[0], y: mark.y + by[1] };
  return {
    rect,
    onKeyDown,
    onMoveDown: (event: PointerEvent<HTMLElement>) => start(event, false),
    onSizeDown: (event: PointerEvent<HTMLElement>) => start(event, true),
  };
}

function sized<T extends Rect>(mark: T, [dx, dy]: Position): T {
  const width = Math.max(SMALLEST.width, mark.width + dx);
  return { ...mark, width, height: Math.max(SMALLEST.height, mark.height + dy) };
}

function shifted(positions: Positions, ids: readonly string[], by: Position): Positions {
  return Object.fromEntries(
    ids.map((id): [string, Position] => {
      const [x, y] = positions[id] ?? [0, 0];
      return [id, [x + by[0], y + by[1]]];
    }),
  );
}
