/** Ways of wires: the points that a person leads them through. */
import { equalEdges } from "./edits";
import { marksOf } from "./marks";
import { completePositions } from "./placement";
import type { Level } from "./ports";
import { nearestPart, type Point } from "./routing";
import type { Document, Edge, Edit, Position, Way } from "./types";
import { blockOf } from "./types";

/** A wire has no more points than the server takes. */
export const MOST_POINTS = 100;

const NO_POINTS: readonly Position[] = [];

/** The points of a wire; always the same empty list where it has none. */
export function pointsOf(ways: readonly Way[], edge: Edge): readonly Position[] {
  return ways.find((way) => equalEdges(way.edge, edge))?.points ?? NO_POINTS;
}

export function toPoint([x, y]: Position): Point {
  return { x, y };
}

export interface Ends {
  from: Point;
  to: Point;
}

/** The points with one more at `at`, in the part of the wire that it is nearest to, and its index. */
export function withPoint(
  points: readonly Position[],
  { from, to }: Ends,
  at: Position,
): { points: Position[]; index: number } {
  const index = nearestPart(from, points.map(toPoint), to, toPoint(at));
  return { points: points.toSpliced(index, 0, at), index };
}

export function setWay(block: string, edge: Edge, points: readonly Position[]): Edit {
  return { op: "set_way", block, edge, points: [...points] };
}

/**
 * The edits that take the points of wires along whose two ends `edits` have moved by the same distance: what is moved together
 * stays as it was drawn. `after` is the document with the edits applied; a way that they changed themselves is left alone.
 */
export function carriedWays(
  document: Document,
  after: Document,
  catalogue: Level["catalogue"],
  edits: readonly Edit[],
): Edit[] {
  const moves = edits.flatMap((edit) => (edit.op === "move_node" ? [edit] : []));
  return [...new Set(moves.map(({ block }) => block))].flatMap((name): Edit[] => {
    const block = blockOf(document, name);
    const before = marksOf(document, name).ways;
    const ways = marksOf(after, name).ways.filter((way) => before.includes(way));
    if (!block || ways.length === 0) return [];
    const places = completePositions({ document, block, catalogue }, document.view[name] ?? {});
    const moved = new Set(moves.filter((edit) => edit.block === name).map(({ id }) => id));
    const shiftOf = (id: string): Position | null => {
      const [now, then] = [after.view[name]?.[id], places[id]];
      return moved.has(id) && now && then ? [now[0] - then[0], now[1] - then[1]] : null;
    };
    return ways.flatMap(({ edge, points }): Edit[] => {
      const [source, target] = [shiftOf(edge.source), shiftOf(edge.target)];
      if (!source || !target || source[0] !== target[0] || source[1] !== target[1]) return [];
      return [setWay(name, edge, shiftedPoints(points, source))];
    });
  });
}

export function shiftedPoints(points: readonly Position[], [dx, dy]: Position): Position[] {
  return points.map(([x, y]): Position => [x + dx, y + dy]);
}
