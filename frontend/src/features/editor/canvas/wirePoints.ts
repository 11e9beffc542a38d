/** When a point that is dragged lies on the line between its neighbours: plain numbers, so that it can be tried without a browser. */
import { distanceToLine, type Ends, type Position, toPoint } from "@/document";

/** So near to the line a point lets go, in pixels of the screen. */
const NEAR = 6;

/** Whether `place`, where point number `at` is dragged to, lies on the straight line between its neighbours. */
export function isOnLine(
  place: Position,
  points: readonly Position[],
  at: number,
  { from, to }: Ends,
  zoom: number,
): boolean {
  const [before, after] = [points[at - 1], points[at + 1]];
  const distance = distanceToLine(toPoint(place), before ? toPoint(before) : from, after ? toPoint(after) : to);
  return distance * zoom < NEAR;
}
