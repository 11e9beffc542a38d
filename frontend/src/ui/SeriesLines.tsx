import type { PointerEventHandler } from "react";
import classes from "./SeriesLines.module.css";

const NUM_COLOURS = 8;
const PAD = 4;

/** The colour of a channel, the same wherever series are drawn. */
export function strokeOf(channel: number) {
  return { stroke: `var(--nw-series-${(channel % NUM_COLOURS) + 1})` };
}

export interface SeriesLinesProps {
  /** Channel by channel; null where there is no value. */
  channels: readonly (readonly (number | null)[])[];
  /** What follows, by the place of its channel: dashed. */
  future?: Readonly<Record<string, readonly (number | null)[]>>;
  /** What is said to follow, drawn beside `future`: dotted. */
  predicted?: Readonly<Record<string, readonly number[]>>;
  label: string;
  width?: number;
  height?: number;
  /** The lowest and the highest value of the picture; left out, those of what is drawn. */
  range?: readonly [number, number];
  /** How many steps the picture is wide at least. */
  minSteps?: number;
  onPointerDown?: PointerEventHandler<SVGSVGElement>;
  onPointerMove?: PointerEventHandler<SVGSVGElement>;
  onPointerUp?: PointerEventHandler<SVGSVGElement>;
}

/** One sample as curves: what a network sees, and what follows. */
export function SeriesLines({
  channels,
  future = {},
  predicted = {},
  label,
  width = 240,
  height = 90,
  range,
  minSteps = 0,
  ...handlers
}: SeriesLinesProps) {
  const ahead = [...Object.values(future), ...Object.values(predicted)];
  const [low, high] = range ?? rangeOf([...channels, ...ahead]);
  const steps = channels[0]?.length ?? 0;
  const total = Math.max(minSteps, steps + Math.max(0, ...ahead.map((values) => values.length)));
  const x = (step: number) => PAD + (step / Math.max(1, total - 1)) * (width - 2 * PAD);
  const y = (value: number) => height - PAD - ((value - low) / (high - low || 1)) * (height - 2 * PAD);
  const path = (values: readonly (number | null)[], start = 0) =>
    values
      .map((value, step) => {
        if (value === null) return "";
        const isBegun = step > 0 && values[step - 1] !== null;
        return `${isBegun ? "L" : "M"}${x(start + step).toFixed(1)} ${y(value).toFixed(1)}`;
      })
      .join("");
  const following = (channel: string, values: readonly (number | null)[]) =>
    path([channels[Number(channel)]?.at(-1) ?? null, ...values], steps - 1);
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      className={classes.lines}
      role="img"
      aria-label={label}
      {...handlers}
    >
      {channels.map((values, channel) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a channel is its place
        <path key={channel} d={path(values)} style={strokeOf(channel)} />
      ))}
      {Object.entries(future).map(([channel, values]) => (
        <path key={channel} d={following(channel, values)} style={strokeOf(Number(channel))} data-future />
      ))}
      {Object.entries(predicted).map(([channel, values]) => (
        <path key={channel} d={following(channel, values)} style={strokeOf(Number(channel))} data-predicted />
      ))}
    </svg>
  );
}

/** The lowest and the highest of all values; 0 and 1 where there is none. */
export function rangeOf(curves: readonly (readonly (number | null)[])[]): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const curve of curves) {
    for (const value of curve) {
      if (value === null) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low > high ? [0, 1] : [low, high];
}
