/** Reading of what activations said of their units, epoch by epoch; no React. */
import type { RunEvent } from "@/api";

export type UnitsEvent = Extract<RunEvent, { type: "units" }>;
export type UnitsOfLayer = UnitsEvent["layers"][number];

export interface LayerHistory {
  /** What was said last. */
  now: UnitsOfLayer;
  /** Shares from 0 to 1, oldest first; 0 where an activation has no such place. */
  epochs: readonly { epoch: number; dead: number; saturated: number; passes: number }[];
}

/** One entry a layer, in the order of execution, of the layers that the newest event knows. */
export function toHistory(events: readonly UnitsEvent[]): LayerHistory[] {
  return (events.at(-1)?.layers ?? []).map((now) => ({
    now,
    epochs: events.flatMap(({ epoch, layers }) => {
      const then = layers.find(({ node }) => node === now.node);
      if (then === undefined) return [];
      return [{ epoch, dead: then.dead ?? 0, saturated: then.saturated ?? 0, passes: Math.min(then.passes, 1) }];
    }),
  }));
}
