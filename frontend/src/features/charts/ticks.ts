/** Numbers on axes and in readouts. */

import i18next from "i18next";
import { formatMetric, formatTime, locale } from "@/ui";
import type { XAxis } from "./frame";

const MAX_DECIMALS = 6;

/** A tick's text, with as many digits as tell it from its neighbours. */
export function formatTick(value: number, increment: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  // Beside ticks that need powers of ten the others are written with them too.
  if (size < 1e-3 || size >= 1e7 || (increment < 1e-3 && size < 0.01)) {
    const digits = decimalsOf(increment / 10 ** Math.floor(Math.log10(size)));
    return value.toExponential(digits).replace("e+", "e");
  }
  const decimals = decimalsOf(increment);
  return numberFormat(decimals, decimals).format(value);
}

/** Making one takes longer than drawing a curve, and every redraw labels its axes. */
const formats = new Map<string, Intl.NumberFormat>();

function numberFormat(minimumFractionDigits: number, maximumFractionDigits: number): Intl.NumberFormat {
  const key = `${locale()} ${minimumFractionDigits} ${maximumFractionDigits}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(locale(), { minimumFractionDigits, maximumFractionDigits });
    formats.set(key, format);
  }
  return format;
}

const MOST_DECADES = 8;
const ENOUGH_TICKS = 3;
const BASES = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]];

/** Ticks of a log scale: powers of ten, not all of them over many decades; over few what lies between them too. */
export function logTicks(min: number, max: number): number[] {
  const first = Math.floor(Math.log10(min));
  const last = Math.ceil(Math.log10(max));
  const stride = Math.max(1, Math.ceil((last - first) / MOST_DECADES));
  for (const bases of BASES) {
    const ticks: number[] = [];
    for (let power = first; power <= last; power += stride) {
      for (const base of bases) ticks.push(Number(`${base}e${power}`));
    }
    const inside = ticks.filter((tick) => tick >= min && tick <= max);
    if (inside.length >= ENOUGH_TICKS) return inside;
  }
  // In a part of a decade a log scale is nearly an even one.
  return roundTicks(min, max);
}

const FEW_TICKS = 5;

/** About five round places of an even scale; `increments` are what may lie between two, 1, 2 and 5 times powers of ten else. */
export function roundTicks(min: number, max: number, increments?: readonly number[]): number[] {
  const least = (max - min) / FEW_TICKS;
  const power = 10 ** Math.floor(Math.log10(least));
  const round = [1, 2, 5, 10].map((base) => base * power);
  const step = [...(increments ?? []), ...round].find((candidate) => candidate >= least * 0.999) ?? least;
  const ticks: number[] = [];
  for (let k = Math.ceil(min / step); k * step <= max; k += 1) ticks.push(Number((k * step).toPrecision(12)));
  return ticks;
}

/** How many decimals a step between ticks has: 2 for 0.25. */
function decimalsOf(increment: number): number {
  let decimals = 0;
  let scaled = increment;
  while (decimals < MAX_DECIMALS && Math.abs(scaled - Math.round(scaled)) > 1e-6 * scaled) {
    decimals += 1;
    scaled *= 10;
  }
  return decimals;
}

/** Seconds as `45 s`, `2:05`, `1:02:05`. */
export function formatClock(seconds: number): string {
  const total = Math.round(seconds);
  if (total < 60) return i18next.t("ui:duration.seconds", { number: total });
  const parts = [Math.floor(total / 60) % 60, total % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
}

/** A place on the x axis in words' numbers. */
export function formatX(value: number, axis: XAxis): string {
  if (axis === "elapsed") return formatClock(value);
  if (axis === "wall") return formatTime(value);
  const decimals = axis === "epoch" ? 2 : 0;
  return numberFormat(0, decimals).format(value);
}

/** A measured value as everywhere on the page; a gap is a value that is no number. */
export function formatValue(value: number | null | undefined): string {
  return value === undefined ? "" : formatMetric(value ?? Number.NaN);
}
