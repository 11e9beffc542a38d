/** Where wires run, as shapes that can be drawn on a canvas element and asked whether a point lies on them. */
import { type Edge, type Ends, ledPath, type Point, type Rect, toPoint, wirePath } from "@/document";
import { type FlowEdge, type FlowNode, HANDLE_SIZE } from "./flow";

export interface WireShape {
  id: string;
  edge: Edge;
  ends: Ends;
  /** The path as SVG writes it. */
  d: string;
  /** The same for a canvas element, made when it is first asked for. */
  readonly path: Path2D;
  /** What the path may touch: its ends and points, and as far beside them as a curve swings. */
  box: Rect;
}

const made = new WeakMap<FlowEdge, WireShape>();

/** The shape of a wire between two nodes of the drawing; null where one of its ports is not there. */
export function wireShape(flowEdge: FlowEdge, nodes: ReadonlyMap<string, FlowNode>): WireShape | null {
  const { id, data } = flowEdge;
  const ends = endsOf(flowEdge, nodes);
  if (!data || !ends) return null;
  const known = made.get(flowEdge);
  if (known && isSame(known.ends.from, ends.from) && isSame(known.ends.to, ends.to)) return known;
  const points = data.points.map(toPoint);
  const { path: d } = points.length > 0 ? ledPath(ends.from, points, ends.to) : wirePath(ends.from, ends.to, data.lane);
  const box = boxAround([ends.from, ...points, ends.to], data.lane);
  let path: Path2D | undefined;
  const shape: WireShape = {
    id,
    edge: data.edge,
    ends,
    d,
    get path() {
      path ??= new Path2D(d);
      return path;
    },
    box,
  };
  made.set(flowEdge, shape);
  return shape;
}

export function byId(nodes: readonly FlowNode[]): ReadonlyMap<string, FlowNode> {
  return new Map(nodes.map((node) => [node.id, node]));
}

const isSame = (a: Point, b: Point) => a.x === b.x && a.y === b.y;

function endsOf(edge: FlowEdge, nodes: ReadonlyMap<string, FlowNode>): Ends | null {
  const from = portAt(nodes.get(edge.source), edge.sourceHandle, "source");
  const to = portAt(nodes.get(edge.target), edge.targetHandle, "target");
  return from && to ? { from, to } : null;
}

/** The middle of a port's dot. */
export function portAt(
  node: FlowNode | undefined,
  handle: string | null | undefined,
  type: "source" | "target",
): Point | null {
  const port = node?.handles?.find((one) => one.id === handle && one.type === type);
  if (!node || !port) return null;
  return { x: node.position.x + port.x + HANDLE_SIZE / 2, y: node.position.y + port.y + HANDLE_SIZE / 2 };
}

/** A curve swings beyond its ends by up to half of what lies between them. */
function boxAround(stops: readonly Point[], lane: number | null): Rect {
  const xs = stops.map(({ x }) => x);
  const ys = [...stops.map(({ y }) => y), ...(lane === null ? [] : [lane])];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const [across, down] = [40 + (right - left) / 2, 40 + (bottom - top) / 2];
  return { x: left - across, y: top - down, width: right - left + 2 * across, height: bottom - top + 2 * down };
}

/** So near to a wire the pointer is on it: in pixels of the drawing, and at least in pixels of the screen. */
const GRIP = { drawing: 20, screen: 8 };

let measuring: CanvasRenderingContext2D | null = null;

/** The wires on which a place of the drawing lies, the uppermost first. */
export function wiresAt(shapes: readonly WireShape[], { x, y }: Point, zoom: number): Edge[] {
  measuring ??= document.createElement("canvas").getContext("2d");
  const context = measuring;
  if (!context) return [];
  context.lineWidth = Math.max(GRIP.drawing, GRIP.screen / zoom);
  const near = shapes.filter(({ box }) => meets(box, { x, y, width: 0, height: 0 }, context.lineWidth));
  return near
    .filter(({ path }) => context.isPointInStroke(path, x, y))
    .map(({ edge }) => edge)
    .reverse();
}

export function meets(a: Rect, b: Rect, margin = 0): boolean {
  return (
    a.x <= b.x + b.width + margin &&
    a.x + a.width >= b.x - margin &&
    a.y <= b.y + b.height + margin &&
    a.y + a.height >= b.y - margin
  );
}
