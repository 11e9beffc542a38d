/** Numbers on axes and in readouts. */

import { formatMetric } from "@/ui";
import type { XAxis } from "./frame";

const MAX_DECIMALS = 6;

/** A tick's text, with as many digits as tell it from its neighbours. */
export function formatTick(value: number, increment: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  // Beside ticks that need powers of ten the others are written with them too.
  if (size < 1e-3 || size >= 1e7 || (increment < 1e-3 && size < 0.1)) {
    const digits = decimalsOf(increment / 10 ** Math.floor(Math.log10(size)));
    return value.toExponential(digits).replace("e+", "e");
  }
  const decimals = decimalsOf(increment);
  return value.toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
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
  if (total < 60) return `${total} s`;
  const parts = [Math.floor(total / 60) % 60, total % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${parts.join(":")}` : parts.join(":").replace(/^0/, "");
}

/** A place on the x axis in words' numbers. */
export function formatX(value: number, axis: XAxis): string {
  if (axis === "elapsed") return formatClock(value);
  const decimals = axis === "epoch" ? 2 : 0;
  return value.toLocaleString("en", { maximumFractionDigits: decimals });
}

/** A measured value as everywhere on the page; a gap is a value that is no number. */
export function formatValue(value: number | null | undefined): string {
  return value === undefined ? "" : formatMetric(value ?? Number.NaN);
}
