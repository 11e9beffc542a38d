/** Where cards and their ports are, in pixels of the canvas at zoom 1. Known without measuring. */
import type { NodePorts } from "./ports";
import type { Position } from "./types";

export const CARD_WIDTH = 200;
/** Between two cards in the direction of the data: room for a shape such as `N x 128 x 28 x 28` on the wire. */
export const COLUMN_GAP = 140;
export const ROW_GAP = 40;
export const GRID = 20;
const CARD_HEIGHT = 60;
const PORT_SPACING = 20;

export interface Size {
  width: number;
  height: number;
}

export function cardSize(ports: NodePorts): Size {
  const rows = Math.max(ports.inputs.length, ports.outputs.length);
  return { width: CARD_WIDTH, height: Math.max(CARD_HEIGHT, PORT_SPACING * (rows + 1)) };
}

/** The centre of the port at `index` of `count`, down from the card's top. */
export function portOffset(index: number, count: number, height: number): number {
  return (height * (index + 1)) / (count + 1);
}

export function snap(value: number): number {
  return Math.round(value / GRID) * GRID;
}

export function snapPosition([x, y]: Position): Position {
  return [snap(x), snap(y)];
}

/** Whether two cards at these places would touch. */
export function overlaps(a: Position, aSize: Size, b: Position, bSize: Size, margin = GRID): boolean {
  return (
    a[0] < b[0] + bSize.width + margin &&
    b[0] < a[0] + aSize.width + margin &&
    a[1] < b[1] + bSize.height + margin &&
    b[1] < a[1] + aSize.height + margin
  );
}
