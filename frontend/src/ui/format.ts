/** Numbers as the page writes them: three significant digits with a unit; the exact value is for hovers and copies. */

import i18next from "i18next";
import { locale } from "./locale";

/** Making a formatter costs a hundred times what using it does: one for each language. */
function inEachLanguage<T>(make: (locale: string) => T): () => T {
  const made = new Map<string, T>();
  return () => {
    const name = locale();
    const formatter = made.get(name) ?? make(name);
    made.set(name, formatter);
    return formatter;
  };
}

const wholeFormat = inEachLanguage((name) => new Intl.NumberFormat(name, { maximumFractionDigits: 0 }));
const exactFormat = inEachLanguage((name) => new Intl.NumberFormat(name, { maximumFractionDigits: 20 }));
const agoFormat = inEachLanguage((name) => new Intl.RelativeTimeFormat(name, { numeric: "auto", style: "short" }));
const dateFormat = inEachLanguage((name) => new Intl.DateTimeFormat(name, { dateStyle: "medium", timeStyle: "short" }));

function formatWhole(value: number): string {
  return wholeFormat().format(value);
}

/** Counts up to here are written out. */
const LONGEST_EXACT = 10_000;

const DECIMAL = ["", "k", "M", "G", "T", "P", "E"];
const BINARY = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

function threeDigits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** `value` divided by `base` until it is short, and how often; never "1000 k" where "1.00 M" is meant. */
function scale(value: number, base: number, steps: number): [string, number] {
  let scaled = value;
  let step = 0;
  while (step < steps - 1 && Number(threeDigits(scaled)) >= base) {
    scaled /= base;
    step += 1;
  }
  return [threeDigits(scaled), step];
}

function scaled(value: number, base: number, units: readonly string[]): { digits: string; unit: string } {
  const sign = value < 0 ? "-" : "";
  const [digits, step] = scale(Math.abs(value), base, units.length);
  return { digits: sign + digits, unit: units[step] ?? "" };
}

/** `9,999`, `11.7 k`, `11.7 M`. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return formatMetric(value);
  if (Math.abs(value) < LONGEST_EXACT) return formatWhole(value);
  const { digits, unit } = scaled(value, 1000, DECIMAL);
  return `${digits} ${unit}`;
}

/** Multiply-accumulates: `512 MAC`, `1.81 GMAC`. */
export function formatMacs(value: number): string {
  if (Math.abs(value) < 1000) return `${formatWhole(value)} MAC`;
  const { digits, unit } = scaled(value, 1000, DECIMAL);
  return `${digits} ${unit}MAC`;
}

/** `512 B`, `46.8 MiB`. */
export function formatBytes(value: number): string {
  if (Math.abs(value) < 1024) return `${formatWhole(value)} B`;
  const { digits, unit } = scaled(value, 1024, BINARY);
  return `${digits} ${unit}`;
}

/** The value in full, with thousands separated: `11,689,512`. */
export function formatExact(value: number, unit = ""): string {
  const text = Number.isFinite(value) ? exactFormat().format(value) : formatMetric(value);
  return unit === "" ? text : `${text} ${unit}`;
}

/** Milliseconds as `12.3 µs`, `4.56 ms`, `1.2 s`: for times that are compared with each other. */
export function formatMilliseconds(value: number): string {
  if (value < 0.9995) return `${threeDigits(value * 1000)} µs`;
  return value < 999.5 ? `${threeDigits(value)} ms` : `${threeDigits(value / 1000)} s`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds as `340 ms`, `4.2 s`, `42 s`, `2 min 14 s`, `3 h 05 min`, `2 d 4 h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "-";
  if (seconds < 0.9995) return i18next.t("ui:duration.milliseconds", { number: Math.round(seconds * 1000) });
  if (seconds < 9.95) return i18next.t("ui:duration.seconds", { number: seconds.toFixed(1) });
  const total = Math.round(seconds);
  if (total < MINUTE) return i18next.t("ui:duration.seconds", { number: total });
  const [minutes, hours, days] = [Math.floor(total / MINUTE), Math.floor(total / HOUR), Math.floor(total / DAY)];
  if (total < HOUR) return i18next.t("ui:duration.minutes", { minutes, seconds: twoDigits(total % MINUTE) });
  if (total < DAY) return i18next.t("ui:duration.hours", { hours, minutes: twoDigits(minutes % 60) });
  return i18next.t("ui:duration.days", { days, hours: hours % 24 });
}

const WORDS: Record<string, string> = { NaN: "NaN", Infinity: "∞", "-Infinity": "-∞" };

/** Metrics below this, and from this on, are written with an exponent. */
const SMALLEST_PLAIN = 1e-4;
const LARGEST_PLAIN = 1e7;

/** The decimals that the metrics of one column need, so that none of them loses a digit beside the others; null values need none. */
export function metricDecimals(values: Iterable<number | string | null | undefined>): number {
  let most = 0;
  for (const value of values) {
    const size = Math.abs(Number(value ?? 0));
    if (size < SMALLEST_PLAIN || size >= 1000 || Number.isNaN(size)) continue;
    const text = size < 0.1 ? size.toPrecision(3) : size < 10 ? size.toFixed(4) : size.toPrecision(4);
    most = Math.max(most, text.length - text.indexOf(".") - 1);
  }
  return most;
}

/**
 * A metric: `0.9731`, `12.35`, `1,234`, `3.2e-5`. Takes the words that NaN and infinities travel as.
 * In a column, with the `decimals` that `metricDecimals` says of it: `0.0790` below `0.9731`. They have a name, as `map` hands
 * whatever it calls a number of its own.
 */
export function formatMetric(value: number | string, { decimals }: { decimals?: number | undefined } = {}): string {
  const number = typeof value === "string" ? Number(value) : value;
  if (!Number.isFinite(number)) return WORDS[String(number)] ?? String(number);
  const size = Math.abs(number);
  if (size === 0) return number.toFixed(decimals ?? 0);
  if (size < SMALLEST_PLAIN || size >= LARGEST_PLAIN)
    return number
      .toExponential(2)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  if (decimals !== undefined && size < 1000) return number.toFixed(decimals);
  if (size < 0.1) return String(Number(number.toPrecision(3)));
  if (size < 10) return number.toFixed(4);
  if (size < 1000) return number.toPrecision(4);
  return formatWhole(number);
}

/** Measured data, not metrics: as few digits as the value needs, at most four that count. */
export function formatDatum(value: number): string {
  const short = Number(value.toPrecision(4));
  const size = Math.abs(short);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return short.toExponential().replace("e+", "e");
  return short.toLocaleString(locale(), { maximumFractionDigits: 8 });
}

/** A share from 0 to 1: `97.3 %`. */
export function formatPercent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)} %` : "-";
}

/** A tensor's shape: `N x 64 x 28 x 28`; null stands for the batch, of graphs `V` for the vertices, `E` for the edges. */
export function formatShape(shape: readonly (number | string | null)[]): string {
  return shape.map((size) => size ?? "N").join(" x ");
}

/** How long ago a moment was (Unix seconds): `just now`, `5 min ago`, else the date. */
export function formatAgo(moment: number, now: number = Date.now() / 1000): string {
  const seconds = now - moment;
  const words = agoFormat();
  if (seconds < 45) return i18next.t("ui:justNow");
  if (seconds < HOUR) return words.format(-Math.max(1, Math.round(seconds / MINUTE)), "minute");
  if (seconds < DAY) return words.format(-Math.round(seconds / HOUR), "hour");
  if (seconds < 7 * DAY) return words.format(-Math.round(seconds / DAY), "day");
  return formatDate(moment);
}

/** A moment (Unix seconds) in full, in the reader's zone. */
export function formatDate(moment: number): string {
  return dateFormat().format(moment * 1000);
}

/** The time of day of a moment (Unix seconds) to the second, from 00 to 23 hours. */
export function formatTime(moment: number): string {
  return new Date(moment * 1000).toLocaleTimeString(locale(), { hourCycle: "h23" });
}
