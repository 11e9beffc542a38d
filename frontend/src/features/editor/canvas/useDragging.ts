import { type NodeChange, useReactFlow } from "@xyflow/react";
import { useMemo, useRef, useState } from "react";
import {
  canTakeWire,
  type Edge,
  type Label,
  meantPositions,
  type Position,
  type Positions,
  portsAt,
  type Rect,
} from "@/document";
import type { CanvasState, CanvasStore, CanvasView } from "../canvasStore";
import { useEditorContext } from "../context";
import { type FlowEdge, type FlowNode, type LevelView, nodeIdOf, nodesOf } from "./flow";

/** What a drag does when it ends: held keys choose, up to the last moment. */
type Mode = "move" | "detach" | "copy";

interface Held {
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

function modeOf(event: Held): Mode {
  if (event.altKey) return "detach";
  return event.ctrlKey || event.metaKey ? "copy" : "move";
}

/**
 * Dragging cards: places are kept beside the document until the drag ends; then it is one step. With Ctrl (Cmd) copies are
 * put there, with Alt the cards leave their wires; a card without wires goes into the wire that it is dropped on.
 */
export function useDragging(level: React.RefObject<LevelView | null>) {
  const { store, canvas } = useEditorContext();
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const [dragged, setDragged] = useState<Positions | null>(null);
  const mode = useRef<Mode>("move");
  const handlers = useMemo(() => {
    function onDrag(event: Held & Partial<MouseEvent>, _node: FlowNode, nodes: FlowNode[]): void {
      const ids = nodes.flatMap(nodesOf);
      mode.current = modeOf(event);
      if (mode.current === "copy") {
        canvas.setState({ ghostEdge: null, copies: nodes.map(rectOf), dragHint: hint("drag.copy", ids) });
        // The originals are shown where they stay.
        setDragged((places) => (places === null || Object.keys(places).length === 0 ? places : {}));
        return;
      }
      const { clientX = 0, clientY = 0 } = event;
      const edge = wireUnder({ x: clientX, y: clientY }, nodes, mode.current);
      const said = edge ? hint("drag.insert", ids, edge) : mode.current === "detach" ? hint("drag.detach", ids) : null;
      tell(canvas, { ghostEdge: edge, dragHint: said });
    }

    function wireUnder(pointer: { x: number; y: number }, nodes: readonly FlowNode[], how: Mode): Edge | null {
      const [node, ...others] = nodes;
      const { view } = canvas.getState();
      const here = level.current;
      if (!node || node.data.fold || others.length > 0 || !view || !here) return null;
      const id = nodeIdOf(node.id);
      const { inputs, outputs } = portsAt(here, id);
      const isFree = how === "detach" ? inputs.length > 0 && outputs.length > 0 : canTakeWire(id, here);
      return isFree ? edgeBelow(view, pointer, middleOf(node)) : null;
    }

    function edgeBelow(view: CanvasView, pointer: { x: number; y: number }, middle: Position): Edge | null {
      const { x, y } = flow.flowToScreenPosition({ x: middle[0], y: middle[1] });
      const found = [pointer, { x, y }].flatMap((at) => view.edgesAt(at));
      return found.find((edge) => !isTouched(edge)) ?? null;
    }

    function isTouched({ source, target }: Edge): boolean {
      const moving = new Set(store.getState().selection.nodes);
      return moving.has(source) || moving.has(target);
    }

    function end(moved: Positions): void {
      const { ghostEdge } = canvas.getState();
      const how = mode.current;
      mode.current = "move";
      clear(canvas);
      setDragged(null);
      const { dropNodes, duplicateTo } = store.getState();
      if (how === "copy") duplicateTo(Object.keys(moved), cornerOf(moved));
      else dropNodes(moved, { detach: how === "detach", into: ghostEdge });
    }

    /** Follows what React Flow says of places. */
    function onPositions(changes: readonly NodeChange<FlowNode>[]): void {
      const moves: Positions = {};
      let isDragging = false;
      for (const change of changes) {
        if (change.type !== "position") continue;
        isDragging ||= change.dragging === true;
        // A doubled id (which the check refuses) shares one place.
        if (change.position) moves[nodeIdOf(change.id)] = [change.position.x, change.position.y];
      }
      if (Object.keys(moves).length === 0) return;
      const here = level.current;
      const meant = here ? meantPositions(moves, here.positions, here.folds) : moves;
      if (!isDragging) end(meant);
      else if (mode.current !== "copy") setDragged((places) => ({ ...places, ...meant }));
    }

    return { onDrag, onPositions };
  }, [store, canvas, flow, level]);
  return { dragged, setDragged, ...handlers };
}

/** Every card and every button asks again when something is told: nothing is where nothing has changed. */
function tell(canvas: CanvasStore, next: Pick<CanvasState, "ghostEdge" | "dragHint">): void {
  const { ghostEdge, dragHint, copies } = canvas.getState();
  const isSame = ghostEdge === next.ghostEdge && JSON.stringify(dragHint) === JSON.stringify(next.dragHint);
  if (!isSame || copies.length > 0) canvas.setState({ ...next, copies: [] });
}

function clear(canvas: CanvasStore): void {
  canvas.setState({ ghostEdge: null, copies: [], dragHint: null });
}

function hint(key: string, ids: readonly string[], edge?: Edge): Label {
  const values = { count: ids.length, id: ids[0] ?? "", ...(edge ? { source: edge.source, target: edge.target } : {}) };
  return { key, values };
}

function rectOf({ position, data }: FlowNode): Rect {
  return { ...position, ...data.size };
}

function middleOf(node: FlowNode): Position {
  const { x, y, width, height } = rectOf(node);
  return [x + width / 2, y + height / 2];
}

function cornerOf(places: Positions): Position {
  const all = Object.values(places);
  return [Math.min(...all.map(([x]) => x)), Math.min(...all.map(([, y]) => y))];
}
