import { Progress } from "@mantine/core";
import { memo, useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { RunRead } from "@/api";
import { formatCount, formatDuration, formatExact, formatMetric } from "@/ui";
import { secondsLeft, shareDone } from "./progress";
import type { RunLive } from "./runSession";
import classes from "./runs.module.css";
import { isFinal, isMoving } from "./runWords";

interface Props {
  run: RunRead;
  live: RunLive;
  rate: number | undefined;
}

interface BarProps {
  percent: number;
  isWaiting: boolean;
  color: string | undefined;
}

type Translate = ReturnType<typeof useTranslation<"runs">>["t"];

const FACTS = ["step", "epoch", "elapsed", "left", "speed", "rate", "device"] as const;

const labelsOf = (t: Translate): Record<(typeof FACTS)[number], string> => ({
  step: t("progress.step"),
  epoch: t("progress.epoch"),
  elapsed: t("progress.elapsed"),
  left: t("progress.left"),
  speed: t("progress.speed"),
  rate: t("progress.rate"),
  device: t("progress.device"),
});

/** How far it is, how fast, how long still. */
export function RunProgress({ run, live, rate }: Props) {
  const { t } = useTranslation("runs");
  const share = run.state === "completed" ? 1 : shareDone(run.step, run.total_steps);
  const moves = isMoving(run.state);
  const left = moves ? secondsLeft(run.step, run.total_steps, paceOf(run, live)) : null;
  // Drawn anew at each beat: what is the same at all of them is translated once.
  const { labels, unknown } = useMemo(() => ({ labels: labelsOf(t), unknown: t("progress.unknown") }), [t]);
  const of = (done: number, all: number | null) =>
    all === null ? formatExact(done) : t("progress.of", { done: formatExact(done), all: formatExact(all) });
  const values: Record<keyof typeof labels, string> = {
    step: of(run.step, run.total_steps),
    epoch: of(run.epoch, run.epochs),
    elapsed: run.started === null ? unknown : formatDuration(run.elapsed),
    left: left === null ? unknown : formatDuration(left),
    speed: speedOf(run, live, t) ?? unknown,
    rate: rate === undefined ? unknown : formatMetric(rate),
    device: run.device ?? unknown,
  };
  return (
    <div className={classes.progress}>
      <Bar
        percent={Math.floor((share ?? 0) * 1000) / 10}
        isWaiting={moves && share === null}
        color={run.state === "failed" ? "red" : isFinal(run.state) ? "gray" : undefined}
      />
      <dl className={classes.facts}>
        {FACTS.map((name) => (
          <div key={name} data-testid={`run-${name}`}>
            <dt>{labels[name]}</dt>
            <dd>{values[name]}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Moves by thousandths, which is finer than a pixel; without a glide, which would lay out and paint the page in every frame. */
const Bar = memo(function Bar({ percent, isWaiting, color }: BarProps) {
  const { t } = useTranslation("runs");
  return (
    <Progress.Root size="sm" transitionDuration={0} aria-label={t("progress.label")}>
      <Progress.Section
        value={percent}
        animated={isWaiting}
        aria-label={t("progress.label")}
        aria-valuetext={`${percent} %`}
        {...(color === undefined ? {} : { color })}
      />
    </Progress.Root>
  );
});

/** Steps a second; before two reports have come, from the samples of the first. */
function paceOf(run: RunRead, live: RunLive): number | null {
  const batch = run.training?.data?.batch_size;
  if (live.stepsPerSecond !== null || live.samplesPerSecond === null || batch === undefined) return live.stepsPerSecond;
  return live.samplesPerSecond / batch;
}

function speedOf(run: RunRead, live: RunLive, t: Translate): string | null {
  if (!isMoving(run.state)) return null;
  if (live.samplesPerSecond !== null) return t("progress.samples", { number: formatCount(live.samplesPerSecond) });
  const steps = live.stepsPerSecond;
  if (steps === null) return null;
  const batch = run.training?.data?.batch_size;
  return batch === undefined
    ? t("progress.steps", { number: formatCount(steps) })
    : t("progress.samples", { number: formatCount(steps * batch) });
}
