import { ActionIcon, Select, Tooltip } from "@mantine/core";
import { IconPin, IconPinnedFilled } from "@tabler/icons-react";
import { useEffect, useMemo, useReducer } from "react";
import { useTranslation } from "react-i18next";
import type { RunSummary } from "@/api";
import {
  ChartControls,
  type ChartSeries,
  LineChart,
  type MetricStore,
  type ShownCharts,
  stampOf,
} from "@/features/charts";
import { differs, type Field, type Fields, fieldTitle, formatField, isOverEpochSoFar } from "@/features/runs";
import classes from "./compare.module.css";
import { groupRuns, meanOf } from "./groupMeans";
import { orderNames, seriesName } from "./names";
import { AXES, type CompareView } from "./useCompareView";

interface Props {
  runs: readonly RunSummary[];
  colors: Readonly<Record<string, number>>;
  fields: Fields;
  store: MetricStore;
  view: CompareView;
  /** Where the charts tell what they show. */
  shown: ShownCharts;
  /** The points are on their way. */
  isLoading: boolean;
}

const SYNC = "compare";

/** A chart for each metric with a curve for each run, or the mean of each group between its lowest and highest. */
export function CompareCurves({ runs, colors, fields, store, view, shown, isLoading }: Props) {
  const { t } = useTranslation("compare");
  const { t: d } = useTranslation("desk");
  const names = useMemo(() => orderNames(runs, view.pinned), [runs, view.pinned]);
  const group = view.groupBy === null ? undefined : fields.get(view.groupBy);
  const groupable = [...fields.values()].filter(
    (field) =>
      field === group ||
      ((field.group === "setting" || ["network", "tag", "data", "state", "device"].includes(field.id)) &&
        differs(field, runs)),
  );
  return (
    <section aria-label={t("tabs.curves")} data-testid="compare-curves">
      <div className={classes.tools}>
        <ChartControls view={view.chart} onChange={view.setChart} axes={AXES} hasLogX />
        <Select
          size="xs"
          w={200}
          aria-label={t("meanBy")}
          placeholder={t("meanBy")}
          data={groupable.map((field) => ({ value: field.id, label: fieldTitle(field, d) }))}
          value={group?.id ?? null}
          onChange={view.setGroupBy}
          clearable
          searchable
        />
      </div>
      {names.length === 0 && <p className={classes.quiet}>{t("noPoints")}</p>}
      <div className={classes.charts}>
        {names.map((name) => (
          <OneMetric
            key={name}
            name={name}
            runs={runs}
            colors={colors}
            store={store}
            view={view}
            shown={shown}
            group={group}
            isLoading={isLoading}
          />
        ))}
      </div>
    </section>
  );
}

function OneMetric({
  name,
  runs,
  colors,
  store,
  view,
  shown,
  group,
  isLoading,
}: Omit<Props, "fields"> & { name: string; group: Field | undefined }) {
  const { t } = useTranslation("compare");
  const having = useMemo(() => runs.filter((run) => name in run.last), [runs, name]);
  // The series keep their identity while the runs and their looks are the same: an update of the points draws nothing anew.
  const key = having.map((run) => `${run.id} ${colors[run.id]} ${run.name}`).join("\n");
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key says when they are others
  const single = useMemo<ChartSeries[]>(
    () =>
      having.map((run) => ({
        name: seriesName(run.id, name),
        label: run.name,
        color: colors[run.id] ?? 1,
        isOverEpochSoFar: isOverEpochSoFar(name),
      })),
    [key, name],
  );
  const means = useMeans(having, name, store, group);
  const isPinned = view.pinned.includes(name);
  return (
    <LineChart
      title={name}
      store={store}
      series={means ?? single}
      view={name === "lr" ? { ...view.chart, smoothing: 0 } : view.chart}
      stepsPerEpoch={null}
      height={260}
      testId={`compare-${name}`}
      syncKey={SYNC}
      shown={shown}
      isWaiting={isLoading}
      tools={
        <Tooltip label={t(isPinned ? "unpin" : "pin")}>
          <ActionIcon
            variant="subtle"
            color={isPinned ? undefined : "gray"}
            size="sm"
            aria-label={t(isPinned ? "unpinName" : "pinName", { name })}
            aria-pressed={isPinned}
            onClick={() => view.togglePin(name)}
          >
            {isPinned ? <IconPinnedFilled size={16} /> : <IconPin size={16} />}
          </ActionIcon>
        </Tooltip>
      }
    />
  );
}

/** The curves of the groups, computed again when points come; null where runs are drawn by themselves. */
function useMeans(
  runs: readonly RunSummary[],
  name: string,
  store: MetricStore,
  group: Field | undefined,
): ChartSeries[] | null {
  const { t: d } = useTranslation("desk");
  const { t } = useTranslation("compare");
  const groups = useMemo(() => {
    if (group === undefined) return null;
    return groupRuns(runs, group).map(({ key, runs: list }) => ({ key: `${group.id}=${key} ${name}`, list }));
  }, [runs, group, name]);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    if (groups === null) return;
    let stamp: string | null = null;
    const compute = () => {
      const members = groups.map(({ key, list }) => ({
        key,
        buffers: list.flatMap((run) => store.buffer(seriesName(run.id, name)) ?? []),
      }));
      // The store tells everybody of everything: of the means of all metrics too.
      const now = stampOf(members.flatMap(({ buffers }) => buffers));
      if (now === stamp) return;
      stamp = now;
      store.load(members.flatMap(({ key, buffers }) => Object.values(meanOf(buffers, key))));
      for (const { key, list } of groups) {
        for (const part of ["mean", "high", "low"]) {
          const buffer = store.buffer(`${key} ${part}`);
          if (buffer === undefined) continue;
          buffer.stepsPerEpoch = list[0]?.steps_per_epoch ?? null;
          buffer.startedAt = list[0]?.started ?? 0;
        }
      }
    };
    compute();
    redraw();
    return store.subscribe(compute);
  }, [groups, store, name]);
  return useMemo(() => {
    if (groups === null || group === undefined) return null;
    return groups.flatMap(({ key, list }, index): ChartSeries[] => {
      const value = formatField(group, group.value(list[0] as RunSummary), d) || t("noValue");
      const label = t("groupOf", { value, count: list.length });
      return [
        { name: `${key} mean`, label, color: index + 1 },
        { name: `${key} high`, label, color: index + 1, edge: "high" },
        { name: `${key} low`, label, color: index + 1, edge: "low" },
      ];
    });
  }, [groups, group, d, t]);
}
