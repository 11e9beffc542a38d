import { Select } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { TFunction } from "i18next";
import { memo, useCallback, useEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { modeOf, type OptionRead, type RunSummary } from "@/api";
import { Swatch } from "@/features/charts";
import { type Decimals, type Field, type Fields, fieldTitle, StateBadge, useSteady } from "@/features/runs";
import { formatCount, formatDuration, formatExact, formatMetric, metricDecimals } from "@/ui";
import classes from "./compare.module.css";
import type { CompareView } from "./useCompareView";

interface Props {
  runs: readonly RunSummary[];
  colors: Readonly<Record<string, number>>;
  fields: Fields;
  metrics: readonly Pick<OptionRead, "type" | "mode">[];
  view: CompareView;
}

/** The runs with their colours and their best values; with a baseline, how far each lies from it. */
export function ResultsTable({ runs, colors, fields, metrics, view }: Props) {
  const { t } = useTranslation("compare");
  const { t: d } = useTranslation("desk");
  const shown = useMemo(
    () =>
      [...fields.values()].filter(
        (field) =>
          field.group === "best" && !field.name.startsWith("train/") && runs.some((run) => field.value(run) !== null),
      ),
    [fields, runs],
  );
  const decimals = useSteady<Decimals>(
    Object.fromEntries(
      shown.map((field) => [field.id, metricDecimals(runs.map((run) => field.value(run) as number | null))]),
    ),
  );
  // The view is another object at every render; its newest is asked when something is pressed.
  const newest = useRef(view);
  useEffect(() => {
    newest.current = view;
  });
  const onBaseline = useCallback((id: string) => newest.current.setBaseline(id), []);
  const onRemove = useCallback((id: string) => newest.current.remove(id), []);
  const baseline = runs.find((run) => run.id === view.baseline);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <section className={classes.tableBox} tabIndex={0} aria-label={t("tabs.label")}>
      <table className={classes.table} data-testid="compare-results">
        <thead>
          <tr>
            <th scope="col">{t("baseline")}</th>
            <th scope="col">{d("fields.name")}</th>
            <th scope="col">{d("fields.state")}</th>
            {shown.map((field) => (
              <th key={field.id} scope="col" className={classes.number}>
                {fieldTitle(field, d)}
              </th>
            ))}
            <th scope="col" className={classes.number}>
              {d("fields.parameters")}
            </th>
            <th scope="col" className={classes.number}>
              {d("fields.duration")}
            </th>
            <th scope="col">
              <Select
                size="xs"
                w={130}
                aria-label={t("chooseBaseline")}
                placeholder={t("noBaseline")}
                data={runs.map((run) => ({ value: run.id, label: run.name }))}
                value={baseline?.id ?? null}
                onChange={view.setBaseline}
                clearable
              />
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row
              key={run.id}
              run={run}
              color={colors[run.id] ?? 1}
              shown={shown}
              decimals={decimals}
              baseline={baseline}
              metrics={metrics}
              onBaseline={onBaseline}
              onRemove={onRemove}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  run: RunSummary;
  color: number;
  shown: readonly Field[];
  decimals: Decimals;
  baseline: RunSummary | undefined;
  metrics: Props["metrics"];
  onBaseline: (id: string) => void;
  onRemove: (id: string) => void;
}

/** Plain elements: a hundred rows of a library's buttons, tips and circles took longer than all curves. */
const Row = memo(function Row({ run, color, shown, decimals, baseline, metrics, onBaseline, onRemove }: RowProps) {
  const { t } = useTranslation("compare");
  const { t: d } = useTranslation("desk");
  return (
    <tr data-testid={`compare-run-${run.id}`}>
      <td>
        <input
          type="radio"
          name="baseline"
          className={classes.radio}
          aria-label={t("asBaseline", { name: run.name })}
          checked={run.id === baseline?.id}
          onChange={() => onBaseline(run.id)}
        />
      </td>
      <td>
        <Swatch color={color} />
        <Link to={`/runs/${run.id}`} className={classes.name} title={run.name}>
          {run.name}
        </Link>
      </td>
      <td>
        <StateBadge run={run} message={run.message} />
      </td>
      {shown.map((field) => (
        <Best
          key={field.id}
          d={d}
          field={field}
          decimals={decimals[field.id]}
          run={run}
          baseline={baseline}
          mode={modeOf(field.name, metrics)}
        />
      ))}
      <td className={classes.number} title={run.parameters === null ? "" : formatExact(run.parameters)}>
        {run.parameters === null ? "–" : formatCount(run.parameters)}
        {run.parameters !== null && typeof baseline?.parameters === "number" && (
          <Difference value={run.parameters} base={baseline.parameters} mode="min" write={formatCount} />
        )}
      </td>
      <td className={classes.number}>
        {formatDuration(run.elapsed)}
        {baseline !== undefined && (
          <Difference value={run.elapsed} base={baseline.elapsed} mode="min" write={formatDuration} />
        )}
      </td>
      <td>
        <button
          type="button"
          className={classes.remove}
          aria-label={t("removeName", { name: run.name })}
          title={t("remove")}
          onClick={() => onRemove(run.id)}
        >
          <IconX size={15} aria-hidden />
        </button>
      </td>
    </tr>
  );
});

interface BestProps {
  d: TFunction<"desk">;
  field: Field;
  decimals: number | undefined;
  run: RunSummary;
  baseline: RunSummary | undefined;
  mode: "min" | "max" | null;
}

function Best({ d, field, decimals, run, baseline, mode }: BestProps) {
  const value = field.value(run);
  const epoch = field.epoch?.(run) ?? null;
  if (typeof value !== "number") return <td className={classes.number} />;
  const base = baseline === undefined ? undefined : field.value(baseline);
  const write = (number: number) => formatMetric(number, { decimals });
  return (
    <td
      className={classes.number}
      title={epoch === null ? String(value) : `${value}. ${d("measure.epochHint", { epoch })}`}
    >
      {write(value)}
      {typeof base === "number" && <Difference value={value} base={base} mode={mode} write={write} />}
    </td>
  );
}

/** `+0.0123`, as good or bad; nothing beside the baseline itself. */
function Difference({
  value,
  base,
  mode,
  write,
}: {
  value: number;
  base: number;
  mode: "min" | "max" | null;
  write: (value: number) => string;
}) {
  const { t } = useTranslation("compare");
  if (Number.isNaN(value - base) || value === base) return null;
  const difference = value - base;
  const isBetter = mode === "max" ? difference > 0 : difference < 0;
  const text = `${difference > 0 ? "+" : "-"}${write(Math.abs(difference))}`;
  return (
    <span
      className={classes.difference}
      data-better={mode === null ? undefined : isBetter}
      title={mode === null ? undefined : t(isBetter ? "better" : "worse")}
    >
      {text}
    </span>
  );
}
