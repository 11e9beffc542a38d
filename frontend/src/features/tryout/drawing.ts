/** From what was drawn to what a sample of the data looks like: cut out, scaled to its usual size, put into the middle. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The box around all pixels that are not the ground; null where there is none. `pixels` are RGBA. */
export function inkBox(pixels: Uint8ClampedArray, width: number, height: number, isLightOnDark: boolean): Box | null {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = pixels[4 * (y * width + x)] as number;
      if (isLightOnDark ? value < 40 : value > 215) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** Where `box` goes in a square of `side` so that its longer side fills `share` of it, in the middle. */
export function place(box: Box, side: number, share: number): Box {
  const scale = (side * share) / Math.max(box.width, box.height);
  const [width, height] = [box.width * scale, box.height * scale];
  return { left: (side - width) / 2, top: (side - height) / 2, width, height };
}
