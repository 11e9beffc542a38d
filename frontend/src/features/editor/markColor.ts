import type { Color } from "@/document";

const SHADES: { [color in Color]: string } = {
  blue: "var(--nw-series-1)",
  orange: "var(--nw-series-2)",
  green: "var(--nw-series-3)",
  violet: "var(--nw-series-4)",
  pink: "var(--nw-series-5)",
  grey: "var(--nw-series-8)",
};

/** A colour of the document as this theme shows it. */
export function markColor(color: Color): string {
  return SHADES[color];
}
