import { useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect, useState } from "react";
import type { Edge, Point } from "@/document";
import { useEditorContext } from "../context";
import classes from "./Canvas.module.css";
import { crossesLine } from "./cutting";
import type { FlowEdge, FlowNode } from "./flow";
import { isGround } from "./ground";
import type { Drawn } from "./useFarWires";

/** Between two points of a wire that is looked at, in pixels of the screen. */
const SAMPLE = 8;

/**
 * Cutting wires by a stroke: Alt and drag over the empty canvas, or any drag after the knife was taken out. What the stroke
 * crosses goes as one step; Escape gives it up. Returns the stroke so far, from the canvas's corner; null where there is none.
 */
export function useCutting(root: RefObject<HTMLDivElement | null>, drawn: RefObject<Drawn>): readonly Point[] | null {
  const { store, canvas } = useEditorContext();
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const [line, setLine] = useState<readonly Point[] | null>(null);
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    let stop: (() => void) | null = null;
    function onDown(event: PointerEvent): void {
      const isOnGround = event.target instanceof Element && isGround(event.target);
      if (!isOnGround || event.button !== 0 || !(event.altKey || canvas.getState().isKnifeOut)) return;
      // Neither React Flow nor the browser begins something of its own with this press.
      event.preventDefault();
      event.stopPropagation();
      root.current?.focus({ preventScroll: true });
      stop = startStroke(
        event,
        { flow, box: root.current?.getBoundingClientRect() ?? new DOMRect(), drawn: drawn.current },
        (points, edges) => {
          setLine(points);
          canvas.setState({ cut: edges });
        },
        (edges) => {
          setLine(null);
          canvas.setState({ cut: [], isKnifeOut: false });
          if (edges.length > 0) store.getState().cutWires(edges);
        },
      );
    }
    element.addEventListener("pointerdown", onDown, true);
    return () => {
      element.removeEventListener("pointerdown", onDown, true);
      stop?.();
    };
  }, [root, store, canvas, flow, drawn]);
  return line;
}

interface Ground {
  flow: ReturnType<typeof useReactFlow<FlowNode, FlowEdge>>;
  box: DOMRect;
  drawn: Drawn;
}

interface SeenWire {
  edge: Edge;
  /** Its path in the drawing. */
  d: string;
  /** What it may touch on the screen. */
  box: DOMRect;
}

function startStroke(
  start: PointerEvent,
  ground: Ground,
  onStroke: (points: readonly Point[], crossed: readonly Edge[]) => void,
  onEnd: (crossed: readonly Edge[]) => void,
): () => void {
  const { box } = ground;
  const wires = seenWires(ground);
  const lines = new Map<SeenWire, Point[]>();
  let crossed: readonly Edge[] = [];
  let last: Point = { x: start.clientX, y: start.clientY };
  let points: readonly Point[] = [fromCorner(last)];

  function fromCorner({ x, y }: Point): Point {
    return { x: x - box.left, y: y - box.top };
  }

  function lineOf(wire: SeenWire): Point[] {
    const known = lines.get(wire) ?? sampled(wire.d, ground);
    lines.set(wire, known);
    return known;
  }

  function onMove(event: PointerEvent): void {
    if (event.pointerId !== start.pointerId) return;
    const next = { x: event.clientX, y: event.clientY };
    const from = last;
    const found = wires.filter((wire) => {
      return !crossed.includes(wire.edge) && nearBox(from, next, wire.box) && crossesLine(from, next, lineOf(wire));
    });
    if (found.length > 0) crossed = [...crossed, ...found.map(({ edge }) => edge)];
    points = [...points, fromCorner(next)];
    last = next;
    onStroke(points, crossed);
  }

  function onUp(event: PointerEvent): void {
    if (event.pointerId === start.pointerId) end(crossed);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    end([]);
  }

  const giveUp = () => end([]);
  function end(edges: readonly Edge[]): void {
    window.removeEventListener("pointermove", onMove);
    window.removeEventListener("pointerup", onUp);
    window.removeEventListener("pointercancel", giveUp);
    window.removeEventListener("keydown", onKeyDown, true);
    onEnd(edges);
  }

  window.addEventListener("pointermove", onMove);
  window.addEventListener("pointerup", onUp);
  window.addEventListener("pointercancel", giveUp);
  window.addEventListener("keydown", onKeyDown, true);
  return giveUp;
}

/** The wires that are drawn now, by React Flow or on the far layer; the view does not move during a stroke. */
function seenWires({ flow, box, drawn }: Ground): SeenWire[] {
  const { x, y, zoom } = flow.getViewport();
  const toScreen = (at: Point): Point => ({ x: box.left + x + at.x * zoom, y: box.top + y + at.y * zoom });
  return [...drawn.shapes().values()].map(({ edge, d, box: reach }) => {
    const corner = toScreen(reach);
    return { edge, d, box: new DOMRect(corner.x, corner.y, reach.width * zoom, reach.height * zoom) };
  });
}

/** Points of a wire on the screen, near beside one another. */
function sampled(d: string, { flow, box }: Ground): Point[] {
  const { x, y, zoom } = flow.getViewport();
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", d);
  const length = path.getTotalLength();
  const count = Math.max(2, Math.ceil((length * zoom) / SAMPLE));
  return Array.from({ length: count + 1 }, (_, at) => {
    const point = path.getPointAtLength((length * at) / count);
    return { x: box.left + x + point.x * zoom, y: box.top + y + point.y * zoom };
  });
}

function nearBox(a: Point, b: Point, box: DOMRect): boolean {
  return (
    Math.min(a.x, b.x) <= box.right &&
    Math.max(a.x, b.x) >= box.left &&
    Math.min(a.y, b.y) <= box.bottom &&
    Math.max(a.y, b.y) >= box.top
  );
}

/** The stroke as it is drawn. */
export function CutStroke({ line }: { line: readonly Point[] | null }) {
  if (line === null) return null;
  return (
    <svg className={classes.stroke} aria-hidden>
      <polyline points={line.map(({ x, y }) => `${x},${y}`).join(" ")} />
    </svg>
  );
}
