import { Group } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { memo, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { metricTitle, useMetrics } from "@/api";
import { ChartControls, type ChartView, LineChart, type Mark, type MetricStore, ShownCharts } from "@/features/charts";
import { CurveFiles } from "./CurveFiles";
import { groupMetrics, isSystemGroup, type MetricGroup, systemName } from "./metricGroups";
import { runQuery } from "./queries";
import classes from "./runs.module.css";

interface Props {
  runId: string;
  name: string;
  store: MetricStore;
  stepsPerEpoch: number | null;
  /** Where something happened. Must keep its identity while nothing changes. */
  marks: readonly Mark[];
  hasEnded: boolean;
}

const AXES = ["step", "epoch", "elapsed"] as const;

/** The view lies in the address, so that Back and a shared link keep it. */
function useChartView(): [ChartView, (view: ChartView) => void] {
  const [params, setParams] = useSearchParams();
  const axis = AXES.find((candidate) => candidate === params.get("x")) ?? "step";
  const smoothing = Math.min(0.99, Math.max(0, Number(params.get("smooth") ?? 0) || 0));
  const view = { axis, smoothing, isLog: params.get("log") === "1", keepAll: false };
  const change = (next: ChartView) =>
    setParams(
      (before) => {
        const after = new URLSearchParams(before);
        const put = (name: string, value: string, usual: string) =>
          value === usual ? after.delete(name) : after.set(name, value);
        put("x", next.axis, "step");
        put("smooth", String(next.smoothing), "0");
        put("log", next.isLog ? "1" : "0", "0");
        return after;
      },
      { replace: true },
    );
  return [view, change];
}

/** The learning rate is drawn as it is; the machine's figures over the time, for they come whether steps are made or not. */
function viewOf(group: MetricGroup, view: ChartView): ChartView {
  if (isSystemGroup(group)) return { ...view, axis: "elapsed", smoothing: 0, isLog: false };
  return group.name === "lr" ? { ...view, smoothing: 0 } : view;
}

/** All curves of a run: loss and metrics large, the machine's small below. */
export const RunCurves = memo(function RunCurves({ runId, name, store, stepsPerEpoch, marks, hasEnded }: Props) {
  const { t } = useTranslation("runs");
  const [view, setView] = useChartView();
  const [shown] = useState(() => new ShownCharts());
  const client = useQueryClient();
  const names = useSyncExternalStore(store.subscribe, store.getNames);
  const groups = useMemo(() => groupMetrics(names), [names]);
  const { t: say } = useTranslation("control");
  const metrics = useMetrics();
  const title = (group: MetricGroup) => {
    if (group.name === "loss" || group.name === "lr") return t(`curves.${group.name}`);
    return isSystemGroup(group) ? say(`system.${systemName(group)}`) : metricTitle(group.name, metrics);
  };
  const chart = (group: MetricGroup, height: number) => (
    <LineChart
      key={group.name}
      title={title(group)}
      store={store}
      series={group.series}
      view={viewOf(group, view)}
      stepsPerEpoch={stepsPerEpoch}
      marks={marks}
      height={height}
      // The machine's figures always stand over the time: their x is another.
      syncKey={isSystemGroup(group) ? "run machine" : "run"}
      testId={`curve-${group.name}`}
      shown={shown}
    />
  );
  const main = groups.filter((group) => !isSystemGroup(group));
  const system = groups.filter(isSystemGroup);
  return (
    <section aria-label={t("curves.title")} data-testid="run-curves">
      <Group justify="space-between" align="start">
        <ChartControls view={view} onChange={setView} />
        {names.length > 0 && (
          <CurveFiles
            stem={`${name} curves`}
            getRuns={async () => [await client.fetchQuery({ ...runQuery(runId), staleTime: 0 })]}
            shown={shown}
          />
        )}
      </Group>
      {main.length === 0 && <p className={classes.hint}>{t(hasEnded ? "curves.none" : "curves.waiting")}</p>}
      <div className={classes.charts}>{main.map((group) => chart(group, 260))}</div>
      {system.length > 0 && (
        <details className={classes.system}>
          <summary>{t("curves.system")}</summary>
          <div className={classes.charts}>{system.map((group) => chart(group, 140))}</div>
        </details>
      )}
    </section>
  );
});
