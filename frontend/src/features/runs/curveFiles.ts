/** Curves as files: every logged point as CSV or JSON. No React here. */

import type { MetricsRead, RunSummary } from "@/api";
import { csvCell } from "@/features/charts";

export interface RunPoints {
  run: RunSummary;
  metrics: MetricsRead;
}

/** A line a point: run, name, metric, step, epoch, seconds of training, value. */
export function toCsv(all: readonly RunPoints[]): string {
  const lines = ["run,name,metric,step,epoch,elapsed_seconds,value"];
  for (const { run, metrics } of all) {
    for (const series of metrics.series) {
      series.steps.forEach((step, index) => {
        const row = [
          run.id,
          csvCell(run.name),
          csvCell(series.name),
          step,
          series.epochs[index],
          series.elapsed[index],
        ];
        lines.push([...row, series.values[index]].join(","));
      });
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

export function toJson(all: readonly RunPoints[]): string {
  const runs = all.map(({ run, metrics }) => ({
    id: run.id,
    name: run.name,
    state: run.state,
    parameters: run.parameters,
    best: run.best,
    last: run.last,
    metrics: Object.fromEntries(
      metrics.series.map(({ name, steps, epochs, elapsed, values }) => [
        name,
        { steps, epochs, elapsed_seconds: elapsed, values },
      ]),
    ),
  }));
  return `${JSON.stringify({ runs }, null, 1)}\n`;
}
