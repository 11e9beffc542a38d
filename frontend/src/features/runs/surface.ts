/** Drawing what a network answers over its plane: numbers to pixels, no React. */

import type { SurfaceEvent } from "./runSession";

export interface Rgb {
  r: number;
  g: number;
  b: number;
}

/** `#2c7ac6` as its parts; black where it is none. */
export function parseColor(text: string): Rgb {
  const match = /^#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text.trim());
  const [r = 0, g = 0, b = 0] = (match ?? []).slice(1).map((part) => Number.parseInt(part, 16));
  return { r, g, b };
}

/** Smallest and largest of some numbers, apart from each other even where all are the same. */
export function spread(values: readonly number[]): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

export function finite(values: readonly (number | string)[]): number[] {
  return values.map(Number).filter(Number.isFinite);
}

/** How strongly a colour is laid over the ground: a sure answer is strong, one that might as well be another is faint. */
export function strength(confidence: number, numClasses: number): number {
  const guess = 1 / Math.max(2, numClasses);
  return 0.08 + 0.4 * Math.max(0, Math.min(1, (confidence - guess) / (1 - guess)));
}

/**
 * RGBA of a plane, `size` x `size`, the first row being the largest value of the second feature. A classification mixes the
 * class's colour by its confidence, a regression goes from the first colour over nothing to the second.
 */
export function paintPlane(surface: SurfaceEvent, colors: readonly Rgb[], numClasses: number): Uint8ClampedArray {
  const { size, values, confidence = [] } = surface;
  const pixels = new Uint8ClampedArray(4 * size * size);
  const isClass = numClasses > 0;
  const [low, high] = isClass ? [0, 1] : spread(finite(values));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const from = row * size + column;
      const value = Number(values[from]);
      if (!Number.isFinite(value)) continue;
      const share = (2 * (value - low)) / (high - low) - 1;
      const color = colors[isClass ? value % colors.length : share < 0 ? 0 : 1];
      if (color === undefined) continue;
      const alpha = isClass ? strength(confidence[from] ?? 1, numClasses) : 0.5 * Math.abs(share);
      const to = 4 * ((size - 1 - row) * size + column);
      pixels.set([color.r, color.g, color.b, 255 * alpha], to);
    }
  }
  return pixels;
}

/** Place of a value in a range, from 0 to 1. */
export function placeIn([low = 0, high = 1]: readonly number[], value: number): number {
  return (value - low) / (high - low);
}
