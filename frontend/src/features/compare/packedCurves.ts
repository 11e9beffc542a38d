/** One metric of many runs as the server packs it: `pack_curves` in `services/metrics.py` says how. No React here. */

import type { SeriesColumns } from "@/features/charts";
import { seriesName } from "./names";

/** `CurveHead` of the server, which no OpenAPI can tell of: it lies within bytes. */
interface Head {
  run: string;
  points: number;
  length: number;
}

export function unpackCurves(bytes: ArrayBuffer, metric: string): SeriesColumns[] {
  const headBytes = new DataView(bytes).getUint32(0, true);
  const heads = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, headBytes))) as Head[];
  let offset = 4 + headBytes;
  return heads.map(({ run, points, length }) => {
    const column = () => {
      const values = new Float64Array(bytes, offset, length);
      offset += values.byteLength;
      return values;
    };
    const [steps, epochs, elapsed, values] = [column(), column(), column(), column()];
    return { name: seriesName(run, metric), points, steps, epochs, elapsed, values };
  });
}
