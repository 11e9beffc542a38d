import { type ReactFlowInstance, useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import type { Edge } from "@/document";
import type { CanvasView } from "../canvasStore";
import { useEditorContext } from "../context";
import type { FlowEdge, FlowNode } from "./flow";

const DURATION = 150;
const FIT = { padding: 0.12, maxZoom: 1, duration: DURATION };
/** Opening a drawing goes no further out than this: what is written on cards can still be read. */
const READABLE_ZOOM = 0.8;
/** Frames that a node far away may take to be drawn once the view is there. */
const REVEAL_FRAMES = 30;

type Flow = ReactFlowInstance<FlowNode, FlowEdge>;

/** Hands the view's abilities to commands and to the palette, as long as the canvas is mounted. */
export function useCanvasView(root: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const { canvas } = useEditorContext();
  useEffect(() => {
    canvas.setState({ view: createView(flow, root) });
    return () => canvas.setState({ view: null });
  }, [flow, root, canvas]);
}

function createView(flow: Flow, root: RefObject<HTMLDivElement | null>): CanvasView {
  const box = () => root.current?.getBoundingClientRect() ?? new DOMRect();
  return {
    // Nodes that were just placed are known to the view one frame later.
    fit: () => requestAnimationFrame(() => void flow.fitView(FIT)),
    showLevel: () => requestAnimationFrame(() => showLevel(flow, box(), DURATION)),
    zoomIn: () => void flow.zoomIn({ duration: DURATION }),
    zoomOut: () => void flow.zoomOut({ duration: DURATION }),
    zoomTo: (zoom) => void flow.zoomTo(zoom, { duration: DURATION }),
    show: (node) => requestAnimationFrame(() => show(flow, box(), node)),
    reveal: (node) =>
      requestAnimationFrame(() => {
        show(flow, box(), node);
        focusNode(root, node, REVEAL_FRAMES);
      }),
    focus: () => root.current?.focus({ preventScroll: true }),
    toCanvas: (client) => {
      const { x, y } = flow.screenToFlowPosition(client, { snapToGrid: false });
      return [x, y];
    },
    contains: ({ x, y }) => root.current?.contains(document.elementFromPoint(x, y)) ?? false,
    edgeAt: ({ x, y }) => edgeAt(flow, x, y),
    center: () => {
      const { left, top, width, height } = box();
      const { x, y } = flow.screenToFlowPosition({ x: left + width / 2, y: top + height / 2 }, { snapToGrid: false });
      return [x, y];
    },
  };
}

function edgeAt(flow: Flow, x: number, y: number): Edge | null {
  const id = document.elementFromPoint(x, y)?.closest<SVGElement>("[data-edge]")?.dataset.edge;
  return (id !== undefined && flow.getEdge(id)?.data?.edge) || null;
}

function show(flow: Flow, box: DOMRect, id: string): void {
  const node = flow.getNode(id);
  if (!node) return;
  const { x, y, zoom } = flow.getViewport();
  const width = node.width ?? 0;
  const height = node.height ?? 0;
  const left = node.position.x * zoom + x;
  const top = node.position.y * zoom + y;
  const isInside = left >= 0 && top >= 0 && left + width * zoom <= box.width && top + height * zoom <= box.height;
  if (isInside) return;
  void flow.setCenter(node.position.x + width / 2, node.position.y + height / 2, { zoom, duration: DURATION });
}

/** Gives a node the keyboard once it is drawn. */
function focusNode(root: RefObject<HTMLDivElement | null>, id: string, frames: number): void {
  const drawn = root.current?.querySelectorAll<HTMLElement>(".react-flow__node") ?? [];
  const element = [...drawn].find(({ dataset }) => dataset.node === id);
  if (element) element.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusNode(root, id, frames - 1));
}

/** Shows a level that was just opened: all of it where that is readable, else its beginning. */
export function showLevel(flow: Flow, size: { width: number; height: number }, duration = 0): void {
  const nodes = flow.getNodes();
  if (nodes.length === 0) {
    void flow.setViewport({ x: 0, y: 0, zoom: 1 });
    return;
  }
  const bounds = flow.getNodesBounds(nodes);
  const padded = { width: size.width * 0.88, height: size.height * 0.88 };
  const fitting = Math.min(padded.width / bounds.width, padded.height / bounds.height, 1);
  const zoom = Math.max(fitting, READABLE_ZOOM);
  const isWide = bounds.width * zoom > padded.width;
  const isTall = bounds.height * zoom > padded.height;
  const left = size.width * 0.06;
  const first = nodes.reduce((a, b) => (b.position.x < a.position.x ? b : a));
  const centerY = isTall ? first.position.y + (first.height ?? 0) / 2 : bounds.y + bounds.height / 2;
  const centerX = bounds.x + bounds.width / 2;
  const x = isWide ? left - bounds.x * zoom : size.width / 2 - centerX * zoom;
  void flow.setViewport({ x, y: size.height / 2 - centerY * zoom, zoom }, { duration });
}
