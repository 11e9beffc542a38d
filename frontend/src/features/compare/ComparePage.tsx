import { Button, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";
import { type RunSummary, useMetrics } from "@/api";
import { ShownCharts } from "@/features/charts";
import { ExperimentNote } from "@/features/experiments";
import { buildFields, CurveFiles, runsQuery, useRunSettings, useRunsLive } from "@/features/runs";
import { Crumb, EmptyState, LineSkeletons, PageBar, usePageTitle } from "@/ui";
import { CompareCurves } from "./CompareCurves";
import { CompareNetworks } from "./CompareNetworks";
import { CompareSettings } from "./CompareSettings";
import { CompareUnits } from "./CompareUnits";
import classes from "./compare.module.css";
import { GroupSpread } from "./GroupSpread";
import { metricsOf } from "./names";
import { ParallelCoordinates } from "./ParallelCoordinates";
import { ResultsTable } from "./ResultsTable";
import { colorsOf } from "./runColors";
import { useCompareStore } from "./useCompareStore";
import { useCompareView } from "./useCompareView";

const TABS = ["curves", "settings", "network", "units", "parallel"] as const;

/** Two or more runs beside each other. */
export function ComparePage() {
  const { t } = useTranslation("compare");
  const { data: runs, error, refetch } = useQuery(runsQuery);
  const view = useCompareView();
  useRunsLive();
  usePageTitle(t("title"));
  const chosen = useMemo(() => view.ids.flatMap((id) => runs?.find((run) => run.id === id) ?? []), [view.ids, runs]);
  return (
    <section className={classes.page} aria-label={t("title")}>
      <PageBar>
        <Crumb to="/runs">{t("runs")}</Crumb>
        <h1>{t("title")}</h1>
      </PageBar>
      {runs === undefined && error === null && <LineSkeletons lines={8} />}
      {runs === undefined && error !== null && (
        <EmptyState title={t("loadFailed")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
          {error.message}
        </EmptyState>
      )}
      {runs !== undefined && chosen.length === 0 && (
        <EmptyState
          title={t("none.title")}
          actions={
            <Button component={Link} to="/runs">
              {t("none.runs")}
            </Button>
          }
        >
          {t("none.text")}
        </EmptyState>
      )}
      {chosen.length > 0 && <Compared runs={chosen} numMissing={view.ids.length - chosen.length} />}
    </section>
  );
}

function Compared({ runs, numMissing }: { runs: readonly RunSummary[]; numMissing: number }) {
  const { t } = useTranslation("compare");
  const view = useCompareView();
  const [params, setParams] = useSearchParams();
  const metrics = useMetrics();
  const settings = useRunSettings(runs);
  const fields = useMemo(() => buildFields(runs, settings, metrics), [runs, settings, metrics]);
  const { store, isLoading, error } = useCompareStore(runs, view.pinned);
  const idText = runs.map((run) => run.id).join(",");
  const colors = useMemo(() => colorsOf(idText.split(",")), [idText]);
  const [shown] = useState(() => new ShownCharts());
  const tab = TABS.find((candidate) => candidate === params.get("tab")) ?? "curves";
  return (
    <>
      <ExperimentNote />
      {numMissing > 0 && <p className={classes.warning}>{t("missing", { count: numMissing })}</p>}
      <ResultsTable runs={runs} colors={colors} fields={fields} metrics={metrics} view={view} />
      <GroupSpread runs={runs} fields={fields} view={view} />
      <Tabs
        value={tab}
        keepMounted={false}
        mt="md"
        onChange={(value) =>
          setParams((before) => {
            const after = new URLSearchParams(before);
            if (value === null || value === "curves") after.delete("tab");
            else after.set("tab", value);
            return after;
          })
        }
      >
        <div className={classes.tabs}>
          <Tabs.List aria-label={t("tabs.label")}>
            {TABS.map((name) => (
              <Tabs.Tab key={name} value={name}>
                {t(`tabs.${name}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          {/* Beside the list of tabs, not in it: it is none of them. */}
          <div className={classes.files}>
            <CurveFiles stem="curves" getRuns={async () => runs} metricsOf={metricsOf} shown={shown} />
          </div>
        </div>
        <Tabs.Panel value="curves">
          {error !== null && <p className={classes.warning}>{t("curvesFailed", { why: error.message })}</p>}
          <CompareCurves
            runs={runs}
            colors={colors}
            fields={fields}
            store={store}
            view={view}
            shown={shown}
            isLoading={isLoading && error === null}
          />
        </Tabs.Panel>
        <Tabs.Panel value="settings">
          <CompareSettings runs={runs} colors={colors} fields={fields} view={view} />
        </Tabs.Panel>
        <Tabs.Panel value="network">
          <CompareNetworks runs={runs} baseline={view.baseline} />
        </Tabs.Panel>
        <Tabs.Panel value="units">
          <CompareUnits runs={runs} />
        </Tabs.Panel>
        <Tabs.Panel value="parallel">
          <ParallelCoordinates runs={runs} colors={colors} fields={fields} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
