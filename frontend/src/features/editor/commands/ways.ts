import { IconRoute, IconRouteOff } from "@tabler/icons-react";
import {
  type Edge,
  type Ends,
  equalEdges,
  type Label,
  MOST_POINTS,
  marksOf,
  type Position,
  pointsOf,
  setWay,
  snapPosition,
  withPoint,
} from "@/document";
import { type Command, type CommandContext, hereOf, needsCanvas } from "./command";

interface Target {
  edge: Edge;
  ends: Ends;
  at: Position;
}

function pointsAt({ state }: Pick<CommandContext, "state">, edge: Edge): readonly Position[] {
  return pointsOf(marksOf(state.document, hereOf(state).blockName).ways, edge);
}

/** The wire under the pointer (or the menu) and the place there; else the middle of the one wire that is selected. */
function targetOf({ state, canvas }: CommandContext): Target | null {
  const { view, dialog } = canvas.getState();
  if (!view) return null;
  const client = dialog?.kind === "menu" ? { x: dialog.x, y: dialog.y } : view.pointer();
  const under = view.edgeAt(client);
  const [selected, ...others] = state.selection.edges;
  const edge = under ?? (others.length === 0 ? selected : undefined);
  const ends = edge ? view.endsOf(edge) : null;
  if (!edge || !ends) return null;
  if (under) return { edge, ends, at: view.toCanvas(client) };
  return { edge, ends, at: middleOf(ends, pointsAt({ state }, edge)) };
}

/** The middle of the longest part of a wire. */
function middleOf({ from, to }: Ends, points: readonly Position[]): Position {
  const stops: Position[] = [[from.x, from.y], ...points, [to.x, to.y]];
  let longest: [Position, Position] = [stops[0] as Position, stops[1] as Position];
  const length = ([a, b]: [Position, Position]) => Math.hypot(b[0] - a[0], b[1] - a[1]);
  for (let at = 1; at < stops.length; at += 1) {
    const part: [Position, Position] = [stops[at - 1] as Position, stops[at] as Position];
    if (length(part) > length(longest)) longest = part;
  }
  const [a, b] = longest;
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}

/** Leads a wire through one more point, or says why that cannot be. */
export function leadThrough(context: CommandContext, { edge, ends, at }: Target): void {
  const { state, canvas } = context;
  const reason = tooMany(context, edge);
  if (reason) {
    canvas.setState({ notice: reason });
    return;
  }
  const place = canvas.getState().isSnapping ? snapPosition(at) : at;
  const { points, index } = withPoint(pointsAt({ state }, edge), ends, place);
  const { source, target } = edge;
  state.applyEdits([setWay(hereOf(state).blockName, edge, points)], {
    label: { key: "history.addPoint", values: { source, target } },
  });
  canvas.setState({ point: { edge, at: index } });
}

const tooMany = (context: CommandContext, edge: Edge): Label | null =>
  pointsAt(context, edge).length < MOST_POINTS ? null : { key: "reason.manyPoints", values: { most: MOST_POINTS } };

/** Puts a point on a wire, by which it can be led another way. */
export const addPoint: Command = {
  id: "addPoint",
  label: "command.addPoint",
  group: "node",
  icon: IconRoute,
  keys: ["R"],
  scope: "canvas",
  guard: (context) => {
    const reason = needsCanvas(context);
    if (reason) return reason;
    const found = targetOf(context);
    return found ? tooMany(context, found.edge) : { key: "reason.noWireHere" };
  },
  run: (context) => {
    const found = targetOf(context);
    if (found) leadThrough(context, found);
  },
};

/** The wires that are selected, and those of the selected nodes, that have points. */
function ledWires({ state }: CommandContext): Edge[] {
  const { nodes, edges } = state.selection;
  const { blockName } = hereOf(state);
  return marksOf(state.document, blockName)
    .ways.map(({ edge }) => edge)
    .filter(
      (edge) =>
        nodes.includes(edge.source) || nodes.includes(edge.target) || edges.some((other) => equalEdges(other, edge)),
    );
}

/** Takes the points of the selected wires away: the canvas finds their way again. */
export const removePoints: Command = {
  id: "removePoints",
  label: "command.removePoints",
  group: "node",
  icon: IconRouteOff,
  keys: ["Shift+R"],
  scope: "canvas",
  guard: (context) => (ledWires(context).length > 0 ? null : { key: "reason.noPoints" }),
  run: (context) => {
    const led = ledWires(context);
    const { blockName } = hereOf(context.state);
    context.state.applyEdits(
      led.map((edge) => setWay(blockName, edge, [])),
      { label: { key: "history.removePoints", values: { count: led.length } } },
    );
  },
};
