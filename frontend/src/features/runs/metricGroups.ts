/** Which metrics share a chart: `train/loss` and `val/loss` do. */

import type { ChartSeries } from "@/features/charts";

export interface MetricGroup {
  /** `loss`, `Accuracy`, `lr`, `system/rss_bytes`. */
  name: string;
  series: ChartSeries[];
}

const PARTS: readonly string[] = ["train", "val", "test"];
const SYSTEM = "system/";

function splitName(name: string): { group: string; part: string } {
  const slash = name.indexOf("/");
  const part = name.slice(0, slash);
  return slash > 0 && PARTS.includes(part) ? { group: name.slice(slash + 1), part } : { group: name, part: "" };
}

/** A loss is of its step; the other figures of the training part are over what its epoch has shown the network so far. */
export function isOverEpochSoFar(name: string): boolean {
  return name.startsWith("train/") && name !== "train/loss";
}

/** Loss first, then the other metrics, then the learning rate, then the machine. */
function rank(group: string): number {
  if (group === "loss") return 0;
  if (group === "lr") return 2;
  return group.startsWith(SYSTEM) ? 3 : 1;
}

export function groupMetrics(names: readonly string[]): MetricGroup[] {
  const groups = new Map<string, string[]>();
  for (const name of names) {
    const { group } = splitName(name);
    groups.set(group, [...(groups.get(group) ?? []), name]);
  }
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([group, members]) => ({
      name: group,
      series: members
        .map((name) => ({ name, part: splitName(name).part }))
        .sort((a, b) => PARTS.indexOf(a.part) - PARTS.indexOf(b.part))
        .map(({ name, part }) => ({
          name,
          label: part === "" ? name.replace(SYSTEM, "") : part,
          color: Math.max(0, PARTS.indexOf(part)) + 1,
          isOverEpochSoFar: isOverEpochSoFar(name),
        })),
    }));
}

/** `rss_bytes` of `system/rss_bytes`. */
export function systemName(group: MetricGroup): string {
  return group.name.replace(SYSTEM, "");
}

export function isSystemGroup(group: MetricGroup): boolean {
  return group.name.startsWith(SYSTEM);
}
