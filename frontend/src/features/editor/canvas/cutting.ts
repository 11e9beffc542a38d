/** Which lines a stroke crosses. */
import type { Point } from "@/document";

/** Whether two straight pieces cross or touch. */
export function piecesCross(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point) => Math.sign((q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x));
  const isSplit = side(a, b, c) !== side(a, b, d) && side(c, d, a) !== side(c, d, b);
  return isSplit && boxesMeet(a, b, c, d);
}

function boxesMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  const apart = (p: number, q: number, r: number, s: number) =>
    Math.max(p, q) < Math.min(r, s) || Math.max(r, s) < Math.min(p, q);
  return !apart(a.x, b.x, c.x, d.x) && !apart(a.y, b.y, c.y, d.y);
}

/** Whether the piece from `a` to `b` crosses a line of many pieces. */
export function crossesLine(a: Point, b: Point, line: readonly Point[]): boolean {
  return line.some((point, at) => {
    const next = line[at + 1];
    return next !== undefined && piecesCross(a, b, point, next);
  });
}
