import { type RefObject, useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import type { Edge, Point, Selection } from "@/document";
import { useEditorContext } from "../context";
import type { FlowEdge, FlowNode } from "./flow";
import { isGround } from "./ground";
import { byId, type WireShape, wireShape, wiresAt } from "./wireShapes";

/** What the canvas shows now, whether React Flow draws it or not. */
export interface Drawn {
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
  /** The wires' shapes by their ids, the lowest first. */
  shapes(): ReadonlyMap<string, WireShape>;
  /** The wires on which a place of the drawing lies, the uppermost first. */
  wiresAt(place: Point, zoom: number): Edge[];
}

/** The cards and wires of the last time that the canvas was drawn, for whoever asks between two times. */
export function useDrawn(nodes: readonly FlowNode[], edges: readonly FlowEdge[]): RefObject<Drawn> {
  const drawn = useMemo(() => createDrawn(nodes, edges), [nodes, edges]);
  const latest = useRef(drawn);
  latest.current = drawn;
  return latest;
}

function createDrawn(nodes: readonly FlowNode[], edges: readonly FlowEdge[]): Drawn {
  let shapes: ReadonlyMap<string, WireShape> | null = null;
  const all = () => {
    if (shapes) return shapes;
    const cards = byId(nodes);
    const found = edges.flatMap((edge) => wireShape(edge, cards) ?? []);
    shapes = new Map(found.map((shape) => [shape.id, shape]));
    return shapes;
  };
  return { nodes, edges, shapes: all, wiresAt: (place, zoom) => wiresAt([...all().values()], place, zoom) };
}

/**
 * The wires that React Flow draws: all of them near in; far out only the one under the pointer and the one that is selected alone,
 * which answer to the mouse and have points to be dragged. The others are lines on the far layer.
 */
export function useReactFlowEdges(
  root: RefObject<HTMLDivElement | null>,
  edges: FlowEdge[],
  selection: Selection,
): FlowEdge[] {
  const { canvas } = useEditorContext();
  const isFar = useStore(canvas, (state) => state.isFar);
  const [pointed, setPointed] = useState<Edge | null>(null);
  useEffect(() => {
    const element = root.current;
    if (!isFar || !element) return;
    function onMove({ target, clientX, clientY, buttons }: PointerEvent): void {
      // While a button is held the wire that was pressed stays.
      if (buttons !== 0) return;
      const { view } = canvas.getState();
      const isOnGround = target instanceof Element && isGround(target);
      setPointed((isOnGround && view?.edgeAt({ x: clientX, y: clientY })) || null);
    }
    element.addEventListener("pointermove", onMove);
    return () => {
      element.removeEventListener("pointermove", onMove);
      setPointed(null);
    };
  }, [isFar, root, canvas]);
  const last = useRef<FlowEdge[]>([]);
  if (!isFar) return edges;
  const isAlone = selection.edges.length === 1;
  const wanted = edges.filter(({ data, selected }) => data?.edge === pointed || (isAlone && selected));
  // React Flow takes another list for another drawing.
  if (wanted.length !== last.current.length || wanted.some((edge, at) => edge !== last.current[at]))
    last.current = wanted;
  return last.current;
}
