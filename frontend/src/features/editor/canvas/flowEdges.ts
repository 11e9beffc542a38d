/** The wires of the open level as React Flow wants them: with their ways, and the shapes on them. */
import {
  cardSize,
  type Edge,
  endsOf,
  equalEdges,
  findLane,
  type NodePorts,
  type NodeReport,
  type Point,
  type PortRead,
  type Position,
  pointsOf,
  portOffset,
  portsOf,
  type Rect,
  reportPrefix,
  seenPositions,
  shiftedPoints,
} from "@/document";
import { formatShape } from "@/ui";
import { SIGNS } from "./differences";
import { createMemory, type FlowEdge, type LevelView, seenIn } from "./flow";
import { nameOfPort, placeLabels } from "./wireLabels";

type Tensor = NonNullable<NodeReport["outputs"]>[string];

/** A wire with its ports looked up, where both exist. */
interface Placed {
  /** The wire of the document. */
  edge: Edge;
  /** The ends that are drawn: where an end is folded, the card that stands for it. */
  drawn: Pick<FlowEdge, "source" | "target" | "sourceHandle" | "targetHandle">;
  sourcePort: string;
  targetPort: string;
  source: Rect;
  target: Rect;
  from: Point;
  to: Point;
  /** The points that a person leads it through. */
  points: readonly Position[];
}

export function createEdgeBuilder(): (view: LevelView, isDragging: boolean) => FlowEdge[] {
  const memory = createMemory<FlowEdge>();
  const waysOf = createWayFinder();
  return (view, isDragging) => {
    memory.start();
    const prefix = reportPrefix(view.report, view.path);
    const rects = rectsOf(view);
    const wires = placeWires(rects, view);
    const tensors = wires.map(
      ({ edge, sourcePort }) => view.report?.nodes[prefix + edge.source]?.outputs?.[sourcePort],
    );
    const differing = view.differences?.edges ?? [];
    const differences = wires.map(({ edge }) => differing.find((other) => equalEdges(other.edge, edge)) ?? null);
    const labels = tensors.map((tensor, at) => labelOf(tensor, differences[at] ?? null));
    const ways = waysOf(wires, labels, rects, isDragging);
    const wrong = wrongPorts(view);
    const counts = new Map<string, number>();
    const edges = wires.map(({ edge, drawn, sourcePort, targetPort, points }, index): FlowEdge => {
      const base = `${edge.source}.${sourcePort}>${edge.target}.${targetPort}`;
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      const id = count === 0 ? base : `${base}~${count + 1}`;
      const tensor = tensors[index];
      const label = labels[index] ?? null;
      const { lane, labelAt } = ways[index] ?? FREE_WAY;
      const selected = view.selection.edges.some((other) => equalEdges(other, edge));
      const difference = differences[index] ?? null;
      const isWrong = wrong.has(`${edge.target}.${targetPort}`);
      const width = tensor ? widthFor(tensor) : 1.5;
      return memory.take(
        id,
        [
          edge,
          drawn.source,
          drawn.target,
          label,
          labelAt?.x,
          labelAt?.y,
          lane,
          selected,
          isWrong,
          width,
          difference?.words,
          ...points.flat(),
        ],
        () => ({
          id,
          type: "wire",
          ...drawn,
          selected,
          data: { edge, label, labelAt, width, lane, isWrong, difference: difference?.change ?? null, points },
          // Names need no language; React Flow's own words for them are English.
          ariaLabel: [`${edge.source} -> ${edge.target}`, difference?.words ?? []].flat().join(", "),
          domAttributes: { "aria-roledescription": undefined } as FlowEdge["domAttributes"],
        }),
      );
    });
    return memory.finish(edges);
  };
}

/** The shape on a wire; before it a sign, where the wire came. On one that went nothing flows: it has the sign alone. */
function labelOf(tensor: Tensor | undefined, difference: { change: "added" | "removed" } | null): string | null {
  if (difference?.change === "removed") return SIGNS.removed;
  const words = [difference ? SIGNS[difference.change] : [], tensor ? formatShape(tensor.shape) : []].flat();
  return words.length > 0 ? words.join(" ") : null;
}

interface CardRect extends Rect {
  ports: NodePorts;
}

type Rects = ReadonlyMap<string, CardRect>;

function rectsOf(view: LevelView): Rects {
  const rects = new Map<string, CardRect>();
  const { block } = seenIn(view);
  const positions = seenPositions(view.positions, view.folds);
  for (const node of block.nodes) {
    const ports = portsOf(node, block, view.document, view.catalogue);
    const [x, y] = positions[node.id] ?? [0, 0];
    rects.set(node.id, { x, y, ...cardSize(ports), ports });
  }
  return rects;
}

/** Wires whose nodes or ports are not there cannot be drawn: the check says so and offers to take them away. */
function placeWires(rects: Rects, view: LevelView): Placed[] {
  const seen = seenIn(view);
  return seen.block.edges.flatMap((wire): Placed[] => {
    const edge = seen.meant(wire);
    const source = rects.get(wire.source);
    const target = rects.get(wire.target);
    if (!source || !target) return [];
    const outputs = source.ports.outputs;
    const inputs = target.ports.inputs;
    const sourceHandle = wire.source_port ?? outputs[0]?.name;
    const targetHandle = wire.target_port ?? inputs[0]?.name;
    const out = outputs.findIndex(({ name }) => name === sourceHandle);
    const into = inputs.findIndex(({ name }) => name === targetHandle);
    if (out < 0 || into < 0 || sourceHandle === undefined || targetHandle === undefined) return [];
    const from = { x: source.x + source.width, y: source.y + portOffset(out, outputs.length, source.height) };
    const to = { x: target.x, y: target.y + portOffset(into, inputs.length, target.height) };
    const led = view.ways.length === 0 ? NO_POINTS : ledPoints(edge, view);
    // A fold's card stands where its first node does: points that are not between the cards then would lead back and forth.
    const isOnTheWay = ([x]: Position) =>
      (wire.source === edge.source || x > from.x) && (wire.target === edge.target || x < to.x);
    const points = wire === edge || led.every(isOnTheWay) ? led : NO_POINTS;
    const drawn = { source: wire.source, target: wire.target, sourceHandle, targetHandle };
    const ends = wire === edge ? null : endsOf(edge, view);
    const [sourcePort, targetPort] = [ends?.source.port ?? sourceHandle, ends?.target.port ?? targetHandle];
    return [{ edge, drawn, sourcePort, targetPort, source, target, from, to, points }];
  });
}

const NO_POINTS: readonly Position[] = [];

/** Where the points of a wire are: between two cards that are dragged together they are on their way with them. */
function ledPoints(edge: Edge, { ways, shifts }: LevelView): readonly Position[] {
  const points = pointsOf(ways, edge);
  const [source, target] = [shifts?.[edge.source], shifts?.[edge.target]];
  if (!source || !target || source[0] !== target[0] || source[1] !== target[1]) return points;
  return shiftedPoints(points, source);
}

/** Where the names of a card's ports stand; a port that is alone on its side shows none. */
function namesBeside({ x, y, width, height, ports: { inputs, outputs } }: CardRect): Rect[] {
  const side = (ports: readonly PortRead[], at: number, kind: "input" | "output") =>
    ports.length < 2
      ? []
      : ports.map(({ name }, index) =>
          nameOfPort(name, { x: at, y: y + portOffset(index, ports.length, height) }, kind),
        );
  return [...side(inputs, x, "input"), ...side(outputs, x + width, "output")];
}

interface Way {
  lane: number | null;
  labelAt: Point | null;
}

const FREE_WAY: Way = { lane: null, labelAt: null };

/** The way of a wire whose end is being dragged: it is not led round other cards before the card is let go. */
function passingWay({ from, to, points }: Placed): Way {
  return points.length === 0 && to.x < from.x ? { lane: (from.y + to.y) / 2, labelAt: null } : FREE_WAY;
}

const samePoint = (a: Point, b: Point | undefined) => a.x === b?.x && a.y === b.y;

/** Finds the ways again only when a card, a wire or a label has changed, and not while cards are dragged. */
function createWayFinder() {
  let lastPlaces = "";
  let lastLabels = "";
  let lastWires: readonly Placed[] = [];
  let lanes: (number | null)[] = [];
  let ways: Way[] = [];
  return (
    wires: readonly Placed[],
    labels: readonly (string | null)[],
    rects: Rects,
    isDragging: boolean,
  ): readonly Way[] => {
    if (isDragging) {
      return wires.map((wire, at) => {
        const last = lastWires[at];
        const isStill = samePoint(wire.from, last?.from) && samePoint(wire.to, last?.to);
        return (isStill ? ways[at] : undefined) ?? passingWay(wire);
      });
    }
    const cards = [...rects.values()];
    const places = JSON.stringify([
      cards.map(({ x, y, height }) => [x, y, height]),
      wires.map(({ from, to, points }) => [from, to, points]),
    ]);
    const texts = labels.join("\n");
    if (places === lastPlaces && texts === lastLabels) return ways;
    if (places !== lastPlaces)
      lanes = wires.map(({ from, to, points }) => (points.length > 0 ? null : findLane(from, to, cards)));
    lastPlaces = places;
    lastLabels = texts;
    lastWires = wires;
    const laid = wires.map((wire, at) => ({ ...wire, lane: lanes[at] ?? null, text: labels[at] ?? null }));
    ways = placeLabels(laid, cards, cards.flatMap(namesBeside)).map((labelAt, at) => ({
      lane: lanes[at] ?? null,
      labelAt,
    }));
    return ways;
  };
}

function wrongPorts({ report, blockName }: LevelView): Set<string> {
  const wrong = new Set<string>();
  for (const problem of report?.problems ?? []) {
    if (problem.severity === "error" && problem.block === blockName && problem.node && problem.field) {
      wrong.add(`${problem.node}.${problem.field}`);
    }
  }
  return wrong;
}

/** 1.25 px for one number, 3.5 px for a million and more. */
function widthFor(tensor: Tensor): number {
  const elements = tensor.shape.reduce<number>((product, size) => product * (typeof size === "number" ? size : 1), 1);
  return Math.min(3.5, 1.25 + Math.log10(Math.max(1, elements)) * 0.375);
}
