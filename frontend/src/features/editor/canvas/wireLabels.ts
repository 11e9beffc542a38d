/** Places for the shapes on wires: on the wire where the gap is wide enough, else beside it, never behind a card. */
import type { Point, Position, Rect } from "@/document";
import { ledMiddles, toPoint, wireAt, wirePath } from "@/document";

/** What a label takes at zoom 1: its text at 11 px (tabular figures, so that a text is as wide as another) in a frame. */
const LETTER = 7;
const SPACE = 3.5;
const FRAME = 6;
const HEIGHT = 16;
/** The name of a port stands outside its card, above the wire: so far from the edge, 10 px letters, above the port. */
const NAME = { away: 8, letter: 4.6, height: 12, lift: 15 };
/** From a card's edge to the middle of a label above or below it: clear of the badge that stands on the edge. */
const LIFT = 18;
/** Places on a wire for its label, as parts of its width, the nearest to its middle first. */
const ALONG = [0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82];
/** Between cards in one row; of wires that climb or fall further a label above or below would stand far from both ends. */
const LEVEL = 40;

/** What the name of a port at `port` takes, on the side where the card's inputs or its outputs are. */
export function nameOfPort(name: string, port: Point, side: "input" | "output"): Rect {
  const width = name.length * NAME.letter;
  const x = side === "output" ? port.x + NAME.away : port.x - NAME.away - width;
  return { x, y: port.y - NAME.lift, width, height: NAME.height };
}

export interface LabelledWire {
  from: Point;
  to: Point;
  lane: number | null;
  /** The cards at its ends. */
  source: Rect;
  target: Rect;
  text: string | null;
  /** The points that a person leads it through. */
  points?: readonly Position[];
}

/** Where the middle of each wire's label stands; null where it has none. */
export function placeLabels(
  wires: readonly LabelledWire[],
  cards: readonly Rect[],
  names: readonly Rect[] = [],
): (Point | null)[] {
  const taken: Rect[] = [];
  return wires.map((wire) => {
    if (wire.text === null) return null;
    const width = widthOf(wire.text);
    const isFree = (at: Point) => {
      const rect = around(at, width);
      return ![cards, names, taken].some((list) => list.some((other) => touches(rect, other)));
    };
    const at = firstFree(candidates(wire, width, names), isFree);
    taken.push(around(at, width));
    return at;
  });
}

/** Where nothing is free, the first: there it is on its wire at least. */
function firstFree(places: Iterable<Point>, isFree: (at: Point) => boolean): Point {
  let first: Point | undefined;
  for (const place of places) {
    if (isFree(place)) return place;
    first ??= place;
  }
  return first as Point;
}

/**
 * The middle of the wire first, then as far from the names of the ports at its ends, then further along it, then above and
 * below the cards at its ends.
 */
function* candidates(wire: LabelledWire, width: number, names: readonly Rect[]): Generator<Point> {
  const { from, to, lane, source, target, points = [] } = wire;
  if (points.length > 0) return yield* ledMiddles(from, points.map(toPoint), to);
  yield wirePath(from, to, lane).label;
  const x = (from.x + to.x) / 2;
  const above = { x, y: Math.min(source.y, target.y) - LIFT };
  const below = { x, y: Math.max(source.y + source.height, target.y + target.height) + LIFT };
  if (lane === null) {
    yield betweenNames(wire, width, names);
    for (const part of ALONG) yield wireAt(from, to, from.x + (to.x - from.x) * part);
    if (Math.abs(to.y - from.y) > LEVEL) return;
  } else {
    yield { x: from.x + (to.x - from.x) * 0.25, y: lane };
    yield { x: from.x + (to.x - from.x) * 0.75, y: lane };
  }
  yield above;
  yield below;
}

/** On the wire, in the middle of what the names beside it leave free. */
function betweenNames({ from, to }: LabelledWire, width: number, names: readonly Rect[]): Point {
  const middleOf = (from.x + to.x) / 2;
  let [left, right] = [from.x, to.x];
  for (const name of names) {
    const isBeside = name.x > from.x && name.x + name.width < to.x;
    const middle = name.x + name.width / 2;
    const near = middle < middleOf ? from : to;
    if (!isBeside || Math.abs(name.y + NAME.lift - near.y) > 2 * HEIGHT) continue;
    if (near === from) left = Math.max(left, name.x + name.width);
    else right = Math.min(right, name.x);
  }
  return wireAt(from, to, right - left < width ? middleOf : (left + right) / 2);
}

function widthOf(text: string): number {
  let width = FRAME;
  for (const letter of text) width += letter === " " ? SPACE : LETTER;
  return width;
}

function around({ x, y }: Point, width: number): Rect {
  return { x: x - width / 2, y: y - HEIGHT / 2, width, height: HEIGHT };
}

function touches(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
