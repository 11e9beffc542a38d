/** Cards in line and at equal distances. */
import { cardSize } from "./geometry";
import type { Positions } from "./placement";
import { type Level, portsAt } from "./ports";
import type { Position } from "./types";

export type Side = "left" | "centre" | "right" | "top" | "middle" | "bottom";
export type Axis = "horizontal" | "vertical";

interface Card {
  id: string;
  at: Position;
  size: Position;
}

function cardsOf(level: Level, positions: Positions, ids: readonly string[]): Card[] {
  return ids.flatMap((id): Card[] => {
    const at = positions[id];
    const { width, height } = cardSize(portsAt(level, id));
    return at ? [{ id, at, size: [width, height] }] : [];
  });
}

/** How far into a card the line lies that is aligned: its beginning, its middle, its end. */
const PART: { [side in Side]: { axis: 0 | 1; part: number } } = {
  left: { axis: 0, part: 0 },
  centre: { axis: 0, part: 0.5 },
  right: { axis: 0, part: 1 },
  top: { axis: 1, part: 0 },
  middle: { axis: 1, part: 0.5 },
  bottom: { axis: 1, part: 1 },
};

function moved({ id, at }: Card, axis: 0 | 1, value: number): [string, Position] {
  return [id, axis === 0 ? [value, at[1]] : [at[0], value]];
}

/** Places with the cards' `side` on one line: the outermost card's, or the middle of all. */
export function alignPositions(level: Level, positions: Positions, ids: readonly string[], side: Side): Positions {
  const cards = cardsOf(level, positions, ids);
  const { axis, part } = PART[side];
  const first = Math.min(...cards.map(({ at }) => at[axis]));
  const last = Math.max(...cards.map(({ at, size }) => at[axis] + size[axis]));
  const line = first + (last - first) * part;
  return Object.fromEntries(cards.map((card) => moved(card, axis, line - card.size[axis] * part)));
}

/** Places with the same gap between neighbours; the two outermost cards stay. */
export function distributePositions(
  level: Level,
  positions: Positions,
  ids: readonly string[],
  along: Axis,
): Positions {
  const axis = along === "horizontal" ? 0 : 1;
  const cards = cardsOf(level, positions, ids).sort((a, b) => a.at[axis] - b.at[axis]);
  const [first] = cards;
  const last = cards.at(-1);
  if (!first || !last || cards.length < 3) return {};
  const room = last.at[axis] + last.size[axis] - first.at[axis];
  const gap = (room - cards.reduce((sum, { size }) => sum + size[axis], 0)) / (cards.length - 1);
  let next = first.at[axis];
  return Object.fromEntries(
    cards.map((card) => {
      const place = moved(card, axis, Math.round(next));
      next += card.size[axis] + gap;
      return place;
    }),
  );
}
