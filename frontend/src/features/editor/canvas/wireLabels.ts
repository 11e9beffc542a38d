/** Places for the shapes on wires: on the wire where the gap is wide enough, else beside it, never behind a card. */
import type { Point, Rect } from "@/document";
import { wirePath } from "@/document";

/** What a label takes at zoom 1: its text at 11 px (tabular figures, so that a text is as wide as another) in a frame. */
const LETTER = 7;
const SPACE = 3.5;
const FRAME = 6;
const HEIGHT = 16;
/** From a card's edge to the middle of a label above or below it: clear of the badge that stands on the edge. */
const LIFT = 18;

export interface LabelledWire {
  from: Point;
  to: Point;
  lane: number | null;
  /** The cards at its ends. */
  source: Rect;
  target: Rect;
  text: string | null;
}

/** Where the middle of each wire's label stands; null where it has none. */
export function placeLabels(wires: readonly LabelledWire[], cards: readonly Rect[]): (Point | null)[] {
  const taken: Rect[] = [];
  return wires.map((wire) => {
    if (wire.text === null) return null;
    const width = widthOf(wire.text);
    const places = candidates(wire);
    const isFree = (at: Point) => {
      const rect = around(at, width);
      return ![cards, taken].some((list) => list.some((other) => touches(rect, other)));
    };
    // Where cards lie over one another nothing is free: above its own two cards a label is not behind them at least.
    const at = places.find(isFree) ?? (places[wire.lane === null ? 1 : 0] as Point);
    taken.push(around(at, width));
    return at;
  });
}

/** The middle of the wire first, then above and below the cards at its ends, then further along its lane. */
function candidates({ from, to, lane, source, target }: LabelledWire): Point[] {
  const { label } = wirePath(from, to, lane);
  const x = (from.x + to.x) / 2;
  const above = { x, y: Math.min(source.y, target.y) - LIFT };
  const below = { x, y: Math.max(source.y + source.height, target.y + target.height) + LIFT };
  if (lane === null) return [label, above, below];
  const along = (part: number) => ({ x: from.x + (to.x - from.x) * part, y: lane });
  return [label, along(0.25), along(0.75), above, below];
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
