/** Ways for wires: a smooth curve where nothing is in the way, else a lane above or below the cards between. */

export interface Point {
  x: number;
  y: number;
}

export interface Rect extends Point {
  width: number;
  height: number;
}

/** Between a lane and the nearest card. */
const CLEARANCE = 18;
/** From a port to the wire's first bend. */
const STUB = 12;
const RADIUS = 8;

/** How far the handles of the curve reach: the same as React Flow's own curve for wires that go forwards. */
function reach(source: Point, target: Point): number {
  const distance = target.x - source.x;
  return distance >= 0 ? distance / 2 : 25 * Math.sqrt(-distance) * 0.25;
}

function curveAt(source: Point, target: Point, t: number): Point {
  const bend = reach(source, target);
  const u = 1 - t;
  const mix = (a: number, b: number, c: number, d: number) =>
    u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
  return {
    x: mix(source.x, source.x + bend, target.x - bend, target.x),
    y: mix(source.y, source.y, target.y, target.y),
  };
}

const SAMPLES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

function contains(rect: Rect, point: Point, margin: number): boolean {
  return (
    point.x > rect.x - margin &&
    point.x < rect.x + rect.width + margin &&
    point.y > rect.y - margin &&
    point.y < rect.y + rect.height + margin
  );
}

/** The height at which a wire passes the cards between its ends; null where the plain curve meets none. */
export function findLane(source: Point, target: Point, cards: readonly Rect[]): number | null {
  const left = Math.min(source.x, target.x - STUB);
  const right = Math.max(target.x, source.x + STUB);
  const between = cards.filter((card) => card.x < right - 1 && card.x + card.width > left + 1);
  const isBackwards = target.x < source.x + STUB;
  const points = SAMPLES.map((t) => curveAt(source, target, t));
  const isBlocked = between.some((card) => points.some((point) => contains(card, point, 4)));
  if (!isBlocked && !isBackwards) return null;
  const detour = (lane: number) => Math.abs(lane - source.y) + Math.abs(lane - target.y);
  const lanes = [
    (source.y + target.y) / 2,
    ...between.flatMap((card) => [card.y - CLEARANCE, card.y + card.height + CLEARANCE]),
  ].sort((a, b) => detour(a) - detour(b));
  // Where every lane meets a card (they overlap one another), the shortest way is as good as any.
  return lanes.find((lane) => isFree(source, target, lane, between)) ?? lanes[0] ?? null;
}

/** Whether the three straight parts of a way along `lane` meet no card. */
function isFree(source: Point, target: Point, lane: number, cards: readonly Rect[]): boolean {
  const out = source.x + STUB;
  const back = target.x - STUB;
  return !cards.some(
    (card) =>
      meets(card, Math.min(out, back), Math.max(out, back), lane, lane) ||
      meets(card, out, out, Math.min(source.y, lane), Math.max(source.y, lane)) ||
      meets(card, back, back, Math.min(lane, target.y), Math.max(lane, target.y)),
  );
}

function meets(card: Rect, left: number, right: number, top: number, bottom: number): boolean {
  return left < card.x + card.width && right > card.x && top < card.y + card.height + 4 && bottom > card.y - 4;
}

/** How far the handles of a curve reach between two points that a person set, as a part of their distance. */
const LED_REACH = 0.35;

interface Curve {
  from: Point;
  /** The two handles. */
  out: Point;
  into: Point;
  to: Point;
}

/** One curve for each part of a wire that is led through `points`: it leaves and comes in level, and turns smoothly. */
function ledCurves(source: Point, points: readonly Point[], target: Point): Curve[] {
  const stops = [source, ...points, target];
  const direction = (at: number): Point => {
    const before = stops[at - 1];
    const after = stops[at + 1];
    if (!before || !after) return { x: 1, y: 0 };
    const distance = Math.hypot(after.x - before.x, after.y - before.y) || 1;
    return { x: (after.x - before.x) / distance, y: (after.y - before.y) / distance };
  };
  return stops.slice(1).map((to, at) => {
    const from = stops[at] as Point;
    const far = Math.hypot(to.x - from.x, to.y - from.y) * LED_REACH;
    const [start, end] = [direction(at), direction(at + 1)];
    return {
      from,
      out: { x: from.x + start.x * far, y: from.y + start.y * far },
      into: { x: to.x - end.x * far, y: to.y - end.y * far },
      to,
    };
  });
}

function onCurve({ from, out, into, to }: Curve, t: number): Point {
  const u = 1 - t;
  const mix = (a: number, b: number, c: number, d: number) =>
    u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
  return { x: mix(from.x, out.x, into.x, to.x), y: mix(from.y, out.y, into.y, to.y) };
}

/** The path of a wire that is led through `points`; its label stands in the middle of its middle part. */
export function ledPath(source: Point, points: readonly Point[], target: Point): WirePath {
  const curves = ledCurves(source, points, target);
  const parts = curves.map(({ out, into, to }) => `C${out.x},${out.y} ${into.x},${into.y} ${to.x},${to.y}`);
  const middle = curves[Math.floor((curves.length - 1) / 2)] as Curve;
  return { path: `M${source.x},${source.y} ${parts.join(" ")}`, label: onCurve(middle, 0.5) };
}

/** The middles of the parts of a led wire: places for its label, the middle part first. */
export function ledMiddles(source: Point, points: readonly Point[], target: Point): Point[] {
  const curves = ledCurves(source, points, target);
  const middle = Math.floor((curves.length - 1) / 2);
  const order = curves.map((_, at) => at).sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
  return order.map((at) => onCurve(curves[at] as Curve, 0.5));
}

/** Which of a led wire's parts comes nearest to `at`: a new point there would be the one with this index. */
export function nearestPart(source: Point, points: readonly Point[], target: Point, at: Point): number {
  const distances = ledCurves(source, points, target).map((curve) =>
    Math.min(
      ...[0, ...SAMPLES, 1].map((t) => {
        const { x, y } = onCurve(curve, t);
        return Math.hypot(x - at.x, y - at.y);
      }),
    ),
  );
  return distances.indexOf(Math.min(...distances));
}

/** How far `at` is from the straight line between `a` and `b`. */
export function distanceToLine(at: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const squared = dx * dx + dy * dy;
  const part = squared === 0 ? 0 : ((at.x - a.x) * dx + (at.y - a.y) * dy) / squared;
  const t = Math.max(0, Math.min(1, part));
  return Math.hypot(at.x - a.x - t * dx, at.y - a.y - t * dy);
}

export interface WirePath {
  path: string;
  label: Point;
}

/** The wire's path, and where its label stands. */
export function wirePath(source: Point, target: Point, lane: number | null): WirePath {
  if (lane === null) {
    const bend = reach(source, target);
    return {
      path: `M${source.x},${source.y} C${source.x + bend},${source.y} ${target.x - bend},${target.y} ${target.x},${target.y}`,
      label: { x: (source.x + target.x) / 2, y: (source.y + target.y) / 2 },
    };
  }
  const out = source.x + STUB;
  const back = target.x - STUB;
  const corners = [
    source,
    { x: out, y: source.y },
    { x: out, y: lane },
    { x: back, y: lane },
    { x: back, y: target.y },
  ];
  return { path: roundedPath([...corners, target]), label: { x: (out + back) / 2, y: lane } };
}

/** The point at `x` of a wire that goes straight over, without a lane; `x` lies between its ends. */
export function wireAt(source: Point, target: Point, x: number): Point {
  // A wire that goes forwards never turns back, so that halving finds the place.
  let [low, high] = [0, 1];
  for (let step = 0; step < 12; step += 1) {
    const middle = (low + high) / 2;
    if (curveAt(source, target, middle).x < x) low = middle;
    else high = middle;
  }
  return { x, y: curveAt(source, target, (low + high) / 2).y };
}

/** Straight lines through the points with round corners. */
function roundedPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x},${first.y}`;
  for (let at = 0; at < rest.length; at += 1) {
    const before = points[at] as Point;
    const corner = rest[at] as Point;
    const after = rest[at + 1];
    if (!after) {
      path += ` L${corner.x},${corner.y}`;
      continue;
    }
    const radius = Math.min(RADIUS, length(before, corner) / 2, length(corner, after) / 2);
    const start = towards(corner, before, radius);
    const end = towards(corner, after, radius);
    path += ` L${start.x},${start.y} Q${corner.x},${corner.y} ${end.x},${end.y}`;
  }
  return path;
}

function length(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function towards(from: Point, to: Point, distance: number): Point {
  return {
    x: from.x + Math.sign(to.x - from.x) * distance,
    y: from.y + Math.sign(to.y - from.y) * distance,
  };
}
