/** Which way a measured value is good. */

import { useQuery } from "@tanstack/react-query";
import { trainingOptionsQuery } from "./queries";
import type { OptionRead } from "./types";

export type Mode = "min" | "max";

/** Of a metric whose name holds a number that a person chooses: the number in `Top7Accuracy` of `Top{k}Accuracy`. */
export function numberIn(name: string, family: string): number | null {
  const [before, after] = family.split(/\{\w+\}/);
  if (before === undefined || after === undefined || !name.startsWith(before) || !name.endsWith(after)) return null;
  const digits = name.slice(before.length, name.length - after.length);
  return /^[1-9]\d*$/.test(digits) ? Number(digits) : null;
}

export function withNumber(family: string, number: number): string {
  return family.replace(/\{\w+\}/, String(number));
}

export function isFamily(type: string): boolean {
  return /\{\w+\}/.test(type);
}

const NO_METRICS: readonly OptionRead[] = [];

/** `val/loss` is better when it is lower; of a metric its registry says it. Null for what is not known. */
export function modeOf(name: string, metrics: readonly Pick<OptionRead, "type" | "mode">[]): Mode | null {
  const metric = name.slice(name.indexOf("/") + 1);
  if (metric === "loss") return "min";
  return metrics.find(({ type }) => type === metric || numberIn(metric, type) !== null)?.mode ?? null;
}

/** How a metric is called in the page's language; what is none of the registered ones keeps its name. */
export function metricTitle(type: string, metrics: readonly Pick<OptionRead, "type" | "title">[]): string {
  return metrics.find((metric) => metric.type === type)?.title ?? type;
}

/** The registered metrics, empty until they have come. */
export function useMetrics(): readonly OptionRead[] {
  return useQuery(trainingOptionsQuery).data?.metrics ?? NO_METRICS;
}
