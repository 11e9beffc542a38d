/** Frames, notes and colours: what a reader is told on the canvas. */
import { foldsOf } from "./folds";
import { cardSize, GRID, snap } from "./geometry";
import type { Positions } from "./placement";
import { type Level, portsAt } from "./ports";
import type { Rect } from "./routing";
import type { Color, Document, Edit, Frame, Marks, Note, Position } from "./types";

export type MarkKind = "frame" | "note";

/** One mark of the open block. */
export interface MarkRef {
  kind: MarkKind;
  id: string;
}

export const COLORS: readonly Color[] = ["blue", "orange", "green", "violet", "pink", "grey"];

export const NO_MARKS: Marks = { frames: {}, notes: {}, colors: {}, ways: [], folds: {} };

/** The marks of a block; always the same object where it has none. */
export function marksOf(document: Document, blockName: string): Marks {
  return document.marks[blockName] ?? NO_MARKS;
}

export function freeMarkId(kind: MarkKind, marks: Marks): string {
  const taken = kind === "frame" ? marks.frames : marks.notes;
  let number = 1;
  while (Object.hasOwn(taken, `${kind}${number}`)) number += 1;
  return `${kind}${number}`;
}

function rectOf(level: Level, positions: Positions, id: string): Rect {
  const [x, y] = positions[id] ?? [0, 0];
  return { x, y, ...cardSize(portsAt(level, id)) };
}

/** Above the cards there is room for the frame's title. */
const PADDING = { side: GRID, top: GRID * 3 };

/** A place for a frame around nodes. */
export function placeAround(level: Level, positions: Positions, ids: readonly string[]): Rect {
  const rects = ids.map((id) => rectOf(level, positions, id));
  const x = snap(Math.min(...rects.map((rect) => rect.x)) - PADDING.side);
  const y = snap(Math.min(...rects.map((rect) => rect.y)) - PADDING.top);
  const right = Math.max(...rects.map((rect) => rect.x + rect.width)) + PADDING.side;
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height)) + PADDING.side;
  return { x, y, width: right - x, height: bottom - y };
}

function holds(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** What stands wholly within a frame and moves with it; what is folded does as its card. */
export function heldBy(
  frame: Rect,
  level: Level,
  positions: Positions,
  marks: Marks,
): { nodes: string[]; notes: string[] } {
  const nodes = level.block.nodes.map(({ id }) => id).filter((id) => holds(frame, rectOf(level, positions, id)));
  const held = new Set(nodes);
  for (const { nodes: folded } of foldsOf(level.block, marks)) {
    const isHeld = held.has(folded[0] ?? "");
    for (const id of folded) isHeld ? held.add(id) : held.delete(id);
  }
  const notes = Object.entries(marks.notes).filter(([, note]) => holds(frame, note));
  return { nodes: [...held], notes: notes.map(([id]) => id) };
}

export function setMark(block: string, { kind, id }: MarkRef, value: Frame | Note | null): Edit {
  // A frame has a title, a note a text: the kind says which of the two `value` is.
  return kind === "frame"
    ? { op: "set_frame", block, id, frame: value as Frame | null }
    : { op: "set_note", block, id, note: value as Note | null };
}

/** The edits that move a mark, and with a frame all that stands in it. */
export function moveMarkEdits(
  { kind, id }: MarkRef,
  by: Position,
  here: { level: Level; blockName: string; positions: Positions; marks: Marks },
): Edit[] {
  const { level, blockName, positions, marks } = here;
  const mark = kind === "frame" ? marks.frames[id] : marks.notes[id];
  if (!mark) return [];
  const shifted = <T extends Rect>(rect: T): T => ({ ...rect, x: rect.x + by[0], y: rect.y + by[1] });
  const own = setMark(blockName, { kind, id }, shifted(mark));
  if (kind === "note") return [own];
  const { nodes, notes } = heldBy(mark, level, positions, marks);
  return [
    own,
    ...nodes.map((node): Edit => {
      const [x, y] = positions[node] ?? [0, 0];
      return { op: "move_node", block: blockName, id: node, position: [x + by[0], y + by[1]] };
    }),
    ...notes.flatMap((note): Edit[] => {
      const held = marks.notes[note];
      return held ? [setMark(blockName, { kind: "note", id: note }, shifted(held))] : [];
    }),
  ];
}
