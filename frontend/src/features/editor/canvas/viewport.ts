/** Which part of a level is shown: plain numbers, so that it can be tried without a browser. */
import type { Rect } from "@/document";

export interface Viewport {
  x: number;
  y: number;
  zoom: number;
}

interface Size {
  width: number;
  height: number;
}

/** Below this zoom cards are coloured rectangles with their type, all drawn on one canvas element. */
export const FAR_ZOOM = 0.4;

/** What is painted for one zoom may be seen this much larger or smaller than it was drawn while the view still moves. */
export const STRETCH = 1.6;
/** When the view has stood still for so long, it is drawn as sharp as the screen is. */
export const SETTLED_MS = 200;
/** A whole network is shown down to this zoom: what is written on cards can still be made out. */
const WHOLE_ZOOM = 0.5;
/** What does not fit is shown from its beginning, no further out than this. */
const READING_ZOOM = 0.8;
/** The part of the view that is left empty on each side. */
const MARGIN = 0.035;
/** The height of what stands in the lower corners of the canvas: the buttons and the overview. */
const CORNERS = 170;

/** The view of a level that was just opened: all of its cards where that is readable, else their beginning. */
export function levelViewport(cards: readonly Rect[], size: Size): Viewport {
  if (cards.length === 0) return { x: 0, y: 0, zoom: 1 };
  const left = Math.min(...cards.map(({ x }) => x));
  const top = Math.min(...cards.map(({ y }) => y));
  const width = Math.max(...cards.map((card) => card.x + card.width)) - left;
  const height = Math.max(...cards.map((card) => card.y + card.height)) - top;
  const room = { width: size.width * (1 - 2 * MARGIN), height: size.height * (1 - 2 * MARGIN) };
  const across = Math.min(room.width / width, 1);
  const fitting = Math.min(across, room.height / height);
  // Rows that fit across are read downwards like a text, without moving to the side.
  const zoom = fitting >= WHOLE_ZOOM ? fitting : across >= WHOLE_ZOOM ? Math.min(across, READING_ZOOM) : READING_ZOOM;
  const isWide = width * zoom > room.width + 1;
  const isTall = height * zoom > room.height + 1;
  const x = isWide ? size.width * MARGIN - left * zoom : size.width / 2 - (left + width / 2) * zoom;
  if (!isTall) {
    const free = size.height - height * zoom;
    const above = Math.min(free / 2, Math.max(free - CORNERS, size.height * MARGIN));
    return { x, y: above - top * zoom, zoom };
  }
  const first = cards.reduce((a, b) => (b.x < a.x || (b.x === a.x && b.y < a.y) ? b : a));
  const middle = size.height / 2 - (first.y + first.height / 2) * zoom;
  return { x, y: Math.min(middle, size.height * MARGIN - top * zoom), zoom };
}

/** The smallest box with all cards in it; null where there are none. */
export function boxAround(cards: readonly Rect[]): Rect | null {
  if (cards.length === 0) return null;
  const [x, y] = [Math.min(...cards.map((card) => card.x)), Math.min(...cards.map((card) => card.y))];
  const right = Math.max(...cards.map((card) => card.x + card.width));
  return { x, y, width: right - x, height: Math.max(...cards.map((card) => card.y + card.height)) - y };
}

/** Whether a part of the drawing can still be read where all of it is in a view of this size. */
export function isReadableWhole(part: Rect, size: Size): boolean {
  const room = 1 - 2 * MARGIN;
  return Math.min((size.width * room) / part.width, (size.height * room) / part.height) >= WHOLE_ZOOM;
}

/** Whether a part of the drawing lies wholly in a view of this size. */
export function isShownWhole(part: Rect, viewport: Viewport, size: Size): boolean {
  return viewportShowing(viewport, part, size) === viewport;
}

/** The same viewport where `card` lies wholly in it, else one with the card in its middle. */
export function viewportShowing(viewport: Viewport, card: Rect, size: Size): Viewport {
  const { x, y, zoom } = viewport;
  const left = card.x * zoom + x;
  const top = card.y * zoom + y;
  const isInside =
    left >= 0 && top >= 0 && left + card.width * zoom <= size.width && top + card.height * zoom <= size.height;
  if (isInside) return viewport;
  return {
    x: size.width / 2 - (card.x + card.width / 2) * zoom,
    y: size.height / 2 - (card.y + card.height / 2) * zoom,
    zoom,
  };
}
