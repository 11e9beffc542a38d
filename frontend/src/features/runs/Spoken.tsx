import { VisuallyHidden } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import type { MetricStore } from "@/features/charts";
import { formatExact, formatMetric } from "@/ui";
import { shareDone } from "./progress";
import { headlineMetric } from "./runsTable";
import { useRunNews } from "./useRunNews";

const QUARTERS = ["milestone.begun", "milestone.quarter", "milestone.half", "milestone.threeQuarters"] as const;

/** How many quarters of the training are done, 0 to 3; null where that is not known or it does not train. */
function quartersOf(run: RunRead): number | null {
  const share = run.state === "running" ? shareDone(run.step, run.total_steps) : null;
  return share === null ? null : Math.min(3, Math.floor(share * 4));
}

/** Says each quarter of a training aloud as it is reached, with what the network does by then; draws nothing. */
export function RunMilestones({ run, metrics }: { run: RunRead; metrics: MetricStore }) {
  const { t } = useTranslation("runs");
  const quarters = quartersOf(run);
  const reached = useRef(quarters);
  const [said, setSaid] = useState("");
  const { epoch, epochs } = run;
  // biome-ignore lint/correctness/useExhaustiveDependencies: said once a quarter, with the figures of that moment
  useEffect(() => {
    const before = reached.current;
    if (quarters === null || quarters === before) return;
    reached.current = quarters;
    // What was reached before the page came is on it; after a resume that goes back nothing is said twice.
    if (before !== null && quarters < before) return;
    const shown = headlineMetric(newestOf(metrics));
    const figures =
      shown === null || shown.name.startsWith("train/")
        ? ""
        : t("milestone.figure", { name: shown.name, value: formatMetric(shown.value) });
    const where = t("milestone.epoch", { done: formatExact(epoch), all: formatExact(epochs) });
    setSaid([t(QUARTERS[quarters] ?? QUARTERS[0]), where, figures].filter(Boolean).join(" "));
  }, [quarters]);
  return (
    <VisuallyHidden role="status" data-testid="run-milestones">
      {said}
    </VisuallyHidden>
  );
}

function newestOf(metrics: MetricStore): Record<string, number> {
  const newest: Record<string, number> = {};
  for (const name of metrics.getNames()) {
    const buffer = metrics.buffer(name);
    const value = buffer?.values[buffer.length - 1];
    if (value !== undefined && buffer !== undefined && buffer.length > 0) newest[name] = value;
  }
  return newest;
}

/** Says aloud which run of the table ended or warns; draws nothing. */
export function RunsSpoken() {
  const [said, setSaid] = useState("");
  useRunNews(({ title, body }) => setSaid(`${title}. ${body}`));
  return (
    <VisuallyHidden role="status" data-testid="runs-spoken">
      {said}
    </VisuallyHidden>
  );
}
