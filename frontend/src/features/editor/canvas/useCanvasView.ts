import { type ReactFlowInstance, useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import { type Edge, equalEdges, type Rect } from "@/document";
import type { CanvasState, CanvasView } from "../canvasStore";
import { useEditorContext } from "../context";
import type { FlowEdge, FlowNode } from "./flow";
import type { Drawn } from "./useFarWires";
import { FAR_ZOOM, levelViewport, viewportShowing } from "./viewport";
import type { WireShape } from "./wireShapes";

const MOTION_MS = 150;
/** Above and below there is room for wires that go around the cards, and for the tools at the foot of the canvas. */
export const FIT = { padding: { x: 0.12, y: "64px" }, maxZoom: 1 } as const;

/** How long a move of the view may be seen: not at all where a person asked for less motion. */
function motion(): number {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : MOTION_MS;
}
/** Frames that a node far away may take to be drawn once the view is there. */
const REVEAL_FRAMES = 30;

type Flow = ReactFlowInstance<FlowNode, FlowEdge>;

/** Hands the view's abilities to commands and to the palette, as long as the canvas is mounted. */
export function useCanvasView(root: RefObject<HTMLDivElement | null>, drawn: RefObject<Drawn>): void {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const { canvas } = useEditorContext();
  useEffect(() => {
    const pointer = trackPointer(root);
    canvas.setState({ view: createView(flow, root, drawn, pointer.at, () => canvas.getState().keyboardHome) });
    return () => {
      pointer.end();
      canvas.setState({ view: null });
    };
  }, [flow, root, drawn, canvas]);
}

interface ScreenPoint {
  x: number;
  y: number;
}

/** Where the pointer is, as long as it is over the canvas. */
function trackPointer(root: RefObject<HTMLDivElement | null>): { at: () => ScreenPoint | null; end: () => void } {
  let last: ScreenPoint | null = null;
  const element = root.current;
  const onMove = ({ clientX, clientY }: PointerEvent) => {
    last = { x: clientX, y: clientY };
  };
  const onLeave = () => {
    last = null;
  };
  element?.addEventListener("pointermove", onMove);
  element?.addEventListener("pointerleave", onLeave);
  return {
    at: () => last,
    end: () => {
      element?.removeEventListener("pointermove", onMove);
      element?.removeEventListener("pointerleave", onLeave);
    },
  };
}

function createView(
  flow: Flow,
  root: RefObject<HTMLDivElement | null>,
  drawn: RefObject<Drawn>,
  pointer: () => ScreenPoint | null,
  home: () => CanvasState["keyboardHome"],
): CanvasView {
  const box = () => root.current?.getBoundingClientRect() ?? new DOMRect();
  /** Far out wires are no elements: their shapes are asked. */
  const farEdges = (client: ScreenPoint) => {
    const zoom = flow.getZoom();
    if (zoom >= FAR_ZOOM) return [];
    return drawn.current.wiresAt(flow.screenToFlowPosition(client, { snapToGrid: false }), zoom);
  };
  return {
    // Nodes that were just placed are known to the view one frame later.
    fit: () => requestAnimationFrame(() => void flow.fitView({ ...FIT, duration: motion() })),
    fitNodes: (ids) =>
      void flow.fitView({ ...FIT, duration: motion(), nodes: ids.flatMap((id) => cardOf(flow, id) ?? []) }),
    showLevel: () => requestAnimationFrame(() => showLevel(flow, box(), { duration: motion() })),
    zoomIn: () => void flow.zoomIn({ duration: motion() }),
    zoomOut: () => void flow.zoomOut({ duration: motion() }),
    zoomTo: (zoom) => void flow.zoomTo(zoom, { duration: motion() }),
    show: (node) => requestAnimationFrame(() => show(flow, box(), node)),
    reveal: (node) => {
      const other = home();
      if (other) {
        requestAnimationFrame(() => show(flow, box(), node));
        other.focus(node);
        return;
      }
      // At once, for the next key; and once more when what was changed is drawn, such as another level.
      focusNode(root, node, 0);
      const holder = document.activeElement;
      requestAnimationFrame(() => {
        show(flow, box(), node);
        focusNode(root, node, REVEAL_FRAMES, holder);
      });
    },
    focus: () => {
      const other = home();
      if (other) other.focus();
      else root.current?.focus({ preventScroll: true });
    },
    toCanvas: (client) => {
      const { x, y } = flow.screenToFlowPosition(client, { snapToGrid: false });
      return [x, y];
    },
    pointer: () => {
      const { left, top, width, height } = box();
      return pointer() ?? { x: left + width / 2, y: top + height / 2 };
    },
    contains: ({ x, y }) => root.current?.contains(document.elementFromPoint(x, y)) ?? false,
    edgeAt: (client) => edgeOf(flow, document.elementFromPoint(client.x, client.y)) ?? farEdges(client)[0] ?? null,
    endsOf: (edge) => shapeOf(drawn.current, edge)?.ends ?? null,
    edgesAt: (client) => {
      const found = document.elementsFromPoint(client.x, client.y).map((element) => edgeOf(flow, element));
      return [...new Set([...found, ...farEdges(client)])].filter((edge) => edge !== null);
    },
    showPlace: (place) => requestAnimationFrame(() => showRect(flow, box(), place)),
    isInView: (place) => {
      const viewport = flow.getViewport();
      return viewportShowing(viewport, place, box()) === viewport;
    },
    center: () => {
      const { left, top, width, height } = box();
      const { x, y } = flow.screenToFlowPosition({ x: left + width / 2, y: top + height / 2 }, { snapToGrid: false });
      return [x, y];
    },
  };
}

function edgeOf(flow: Flow, element: Element | null): Edge | null {
  const id = element?.closest<SVGElement>("[data-edge]")?.dataset.edge;
  return (id !== undefined && flow.getEdge(id)?.data?.edge) || null;
}

function shapeOf(drawn: Drawn, edge: Edge): WireShape | undefined {
  return [...drawn.shapes().values()].find((shape) => equalEdges(shape.edge, edge));
}

/** The card that shows a node of the document: its own, or that of the fold in which it is. */
function cardOf(flow: Flow, id: string): FlowNode | undefined {
  return flow.getNode(id) ?? flow.getNodes().find(({ data }) => data.fold?.nodes.includes(id));
}

function show(flow: Flow, box: DOMRect, id: string): void {
  const node = cardOf(flow, id);
  if (node) showRect(flow, box, rectOf(node));
}

function showRect(flow: Flow, box: DOMRect, rect: Rect): void {
  const viewport = flow.getViewport();
  const shown = viewportShowing(viewport, rect, box);
  if (shown !== viewport) void flow.setViewport(shown, { duration: motion() });
}

function rectOf({ position, width = 0, height = 0 }: FlowNode): Rect {
  return { ...position, width, height };
}

/**
 * Gives a node the keyboard: at once where it is drawn, else as soon as it is, unless the keyboard has gone elsewhere
 * meanwhile (into a dialog that was opened by the next key).
 */
function focusNode(
  root: RefObject<HTMLDivElement | null>,
  id: string,
  frames: number,
  before = document.activeElement,
): void {
  const now = document.activeElement;
  const isElsewhere = now !== before && now !== document.body && !root.current?.contains(now);
  if (isElsewhere) return;
  const drawn = root.current?.querySelectorAll<HTMLElement>(".react-flow__node") ?? [];
  const element = [...drawn].find(({ dataset: { node, folded } }) => node === id || folded?.split(" ").includes(id));
  if (element) element.focus({ preventScroll: true });
  else if (frames > 0) requestAnimationFrame(() => focusNode(root, id, frames - 1, before));
}

interface ShowLevelOptions {
  /** A node that must be in view. */
  node?: string | undefined;
  duration?: number;
}

/** Shows a level that was just opened: all of it where that is readable, else its beginning, or the part around `node`. */
export function showLevel(
  flow: Flow,
  size: { width: number; height: number },
  { node, duration = 0 }: ShowLevelOptions = {},
): void {
  const nodes = flow.getNodes();
  const opened = levelViewport(nodes.map(rectOf), size);
  const wanted = node === undefined ? undefined : cardOf(flow, node);
  const viewport = wanted ? viewportShowing(opened, rectOf(wanted), size) : opened;
  void flow.setViewport(viewport, { duration });
}
