import { locale } from "@/ui";

/** Measured data, not metrics: as few digits as the value needs, at most four that count. */
export function formatDatum(value: number): string {
  const short = Number(value.toPrecision(4));
  const size = Math.abs(short);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return short.toExponential().replace("e+", "e");
  return short.toLocaleString(locale(), { maximumFractionDigits: 8 });
}
