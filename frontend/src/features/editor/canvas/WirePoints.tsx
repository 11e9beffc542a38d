import { EdgeLabelRenderer, useReactFlow } from "@xyflow/react";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from "react";
import { useStore } from "zustand";
import { type Edge, type Ends, equalEdges, GRID, type Position, setWay, snapPosition } from "@/document";
import { hereOf } from "../commands/command";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import classes from "./Wire.module.css";
import { isOnLine } from "./wirePoints";

interface WirePointsProps {
  edge: Edge;
  points: readonly Position[];
  ends: Ends;
  /** Shows the points elsewhere while one is dragged; null when the document has them again. */
  onDrag: (points: readonly Position[] | null) => void;
}

const STEPS: { [key: string]: Position } = {
  ArrowLeft: [-GRID, 0],
  ArrowRight: [GRID, 0],
  ArrowUp: [0, -GRID],
  ArrowDown: [0, GRID],
};

/** The points that a wire is led through, to be dragged, stepped with the arrow keys and taken away. */
export function WirePoints({ edge, points, ends, onDrag }: WirePointsProps) {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const flow = useReactFlow();

  function commit(next: readonly Position[], key: string, mergeKey?: string): void {
    const { source, target } = edge;
    store.getState().applyEdits([setWay(hereOf(store.getState()).blockName, edge, next)], {
      label: { key, values: { source, target } },
      ...(mergeKey === undefined ? {} : { history: { kind: "merge" as const, key: mergeKey } }),
    });
  }

  function remove(at: number): void {
    commit(points.toSpliced(at, 1), "history.removePoint");
    canvas.getState().view?.focus();
  }

  function start(event: PointerEvent<HTMLElement>, at: number): void {
    if (event.button !== 0) return;
    event.stopPropagation();
    const grip = event.currentTarget;
    const first = { x: event.clientX, y: event.clientY };
    const [x, y] = points[at] ?? [0, 0];
    let next: readonly Position[] | null = null;
    let isStraight = false;
    grip.setPointerCapture(event.pointerId);

    function onMove(move: globalThis.PointerEvent): void {
      const zoom = flow.getZoom();
      const place: Position = [x + (move.clientX - first.x) / zoom, y + (move.clientY - first.y) / zoom];
      isStraight = isOnLine(place, points, at, ends, zoom);
      next = points.toSpliced(at, 1, canvas.getState().isSnapping ? snapPosition(place) : place);
      grip.toggleAttribute("data-straight", isStraight);
      onDrag(next);
    }
    function end(isKept: boolean): void {
      grip.removeEventListener("pointermove", onMove);
      grip.removeEventListener("pointerup", onUp);
      grip.removeEventListener("pointercancel", onCancel);
      grip.removeAttribute("data-straight");
      onDrag(null);
      if (!isKept || next === null) return;
      if (isStraight) remove(at);
      else if (String(next) !== String(points)) commit(next, "history.movePoint");
    }
    const onUp = () => end(true);
    const onCancel = () => end(false);
    grip.addEventListener("pointermove", onMove);
    grip.addEventListener("pointerup", onUp);
    grip.addEventListener("pointercancel", onCancel);
  }

  function onKeyDown(event: KeyboardEvent, at: number): void {
    const step = STEPS[event.key];
    const [x, y] = points[at] ?? [0, 0];
    if (step) {
      const far = event.shiftKey ? 5 : 1;
      const place: Position = [x + step[0] * far, y + step[1] * far];
      commit(points.toSpliced(at, 1, place), "history.movePoint", `point:${edge.source}:${edge.target}:${at}`);
    } else if (event.key === "Delete" || event.key === "Backspace") remove(at);
    else if (event.key === "Escape") canvas.getState().view?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <EdgeLabelRenderer>
      {points.map(([x, y], at) => (
        <Point
          // A point has no name of its own: it is the first, the second, ... of its wire.
          // biome-ignore lint/suspicious/noArrayIndexKey: so that the grip that is dragged stays the same element.
          key={at}
          at={at}
          edge={edge}
          label={t("way.point", { number: at + 1, source: edge.source, target: edge.target })}
          hint={t("way.hint")}
          place={[x, y]}
          onPointerDown={(event) => start(event, at)}
          onDoubleClick={() => remove(at)}
          onKeyDown={(event) => onKeyDown(event, at)}
        />
      ))}
    </EdgeLabelRenderer>
  );
}

interface PointProps {
  edge: Edge;
  at: number;
  label: string;
  hint: string;
  place: Position;
  onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  onDoubleClick: () => void;
  onKeyDown: (event: KeyboardEvent) => void;
}

function Point({ edge, at, label, hint, place: [x, y], ...handlers }: PointProps) {
  const { canvas } = useEditorContext();
  const element = useRef<HTMLButtonElement>(null);
  const isWanted = useStore(canvas, ({ point }) => point !== null && point.at === at && equalEdges(point.edge, edge));
  useEffect(() => {
    // A point that was just put by a key takes the arrow keys.
    if (!isWanted) return;
    element.current?.focus({ preventScroll: true });
    canvas.setState({ point: null });
  }, [isWanted, canvas]);
  return (
    <button
      ref={element}
      type="button"
      className={`${classes.point} nopan nodrag`}
      aria-label={label}
      title={hint}
      data-mark="point"
      data-testid={`point-${edge.source}-${edge.target}-${at}`}
      style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
      {...handlers}
    />
  );
}
