/** Which way a measured value is good. */

import { useQuery } from "@tanstack/react-query";
import { trainingOptionsQuery } from "./queries";
import type { OptionRead } from "./types";

export type Mode = "min" | "max";

const NO_METRICS: readonly OptionRead[] = [];

/** `val/loss` is better when it is lower; of a metric its registry says it. Null for what is not known. */
export function modeOf(name: string, metrics: readonly Pick<OptionRead, "type" | "mode">[]): Mode | null {
  const metric = name.slice(name.indexOf("/") + 1);
  if (metric === "loss") return "min";
  return metrics.find(({ type }) => type === metric)?.mode ?? null;
}

/** The registered metrics, empty until they have come. */
export function useMetrics(): readonly OptionRead[] {
  return useQuery(trainingOptionsQuery).data?.metrics ?? NO_METRICS;
}
