import { Checkbox, Progress, UnstyledButton } from "@mantine/core";
import { memo, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunSummary } from "@/api";
import { formatExact, formatMetric } from "@/ui";
import runClasses from "../runs.module.css";
import { headlineMetric, progressOf } from "../runsTable";
import { isFinal } from "../runWords";
import { StateBadge } from "../StateBadge";
import type { Field } from "./fields";
import { exactField, fieldTitle, formatField } from "./fieldWords";
import { type Decimals, isNumeric } from "./RunsTable";
import classes from "./table.module.css";

interface Props {
  run: RunSummary;
  columns: readonly Field[];
  decimals: Decimals;
  isSelected: boolean;
  onSelect: (ids: readonly string[], isSelected: boolean) => void;
  onFilter: (fieldId: string, value: string) => void;
}

export const RunRow = memo(function RunRow({ run, columns, decimals, isSelected, onSelect, onFilter }: Props) {
  const { t } = useTranslation("desk");
  const isMetricNamed = columns.some((field) => field.id === "metric");
  return (
    <tr data-testid={`run-row-${run.id}`} aria-selected={isSelected}>
      <td className={classes.boxCell}>
        <Checkbox
          size="xs"
          aria-label={t("table.select", { name: run.name })}
          checked={isSelected}
          onChange={(event) => onSelect([run.id], event.currentTarget.checked)}
        />
      </td>
      {columns.map((field) => (
        <Cell
          key={field.id}
          field={field}
          run={run}
          decimals={decimals}
          isMetricNamed={isMetricNamed}
          onFilter={onFilter}
        />
      ))}
    </tr>
  );
});

interface CellProps {
  field: Field;
  run: RunSummary;
  decimals: Decimals;
  /** A column of its own says which metric the last and the best are of. */
  isMetricNamed: boolean;
  onFilter: Props["onFilter"];
}

function Cell({ field, run, decimals, isMetricNamed, onFilter }: CellProps) {
  const { t } = useTranslation("desk");
  switch (field.id) {
    case "name":
      return (
        <td className={classes.nameCell}>
          <Link to={`/runs/${run.id}`} className={runClasses.runName} title={run.name}>
            {run.name}
          </Link>
          {run.archived !== null && <span className={classes.archived}>{t("table.archived")}</span>}
        </td>
      );
    case "state":
      return (
        <td>
          <FilterButton field={field} value={run.state} onFilter={onFilter}>
            <StateBadge run={run} message={run.message} />
          </FilterButton>
        </td>
      );
    case "progress":
      return <ProgressCell run={run} />;
    case "best":
    case "last":
      return <Headline run={run} values={field.id} decimals={decimals} isMetricNamed={isMetricNamed} />;
    case "tag":
      return (
        <td>
          <span className={classes.tags}>
            {run.tags.map((tag) => (
              <FilterButton key={tag} field={field} value={tag} onFilter={onFilter}>
                <span className={classes.tag}>{tag}</span>
              </FilterButton>
            ))}
          </span>
        </td>
      );
    case "notes":
      return (
        <td className={classes.note} title={run.notes}>
          {run.notes.split("\n")[0]}
        </td>
      );
    default:
      return <Value field={field} run={run} decimals={decimals} onFilter={onFilter} />;
  }
}

function Value({ field, run, decimals, onFilter }: Omit<CellProps, "isMetricNamed">) {
  const { t } = useTranslation("desk");
  const value = field.value(run);
  const text = formatField(field, value, t, decimals[field.id]);
  const title = exactField(field, value, t);
  const epoch = field.epoch?.(run) ?? null;
  if (isNumeric(field) || value === null || typeof value === "object" || field.unit === "moment") {
    return (
      <td className={isNumeric(field) ? runClasses.number : runClasses.quiet} title={title}>
        {text}
        {epoch !== null && text !== "" && (
          <span className={classes.epoch} title={t("measure.epochHint", { epoch })}>
            {t("measure.epoch", { epoch })}
          </span>
        )}
      </td>
    );
  }
  return (
    <td>
      <FilterButton field={field} value={String(value)} onFilter={onFilter}>
        <span className={runClasses.cut} title={title}>
          {text}
        </span>
      </FilterButton>
    </td>
  );
}

/** A click asks for the runs with this value alone. */
function FilterButton({
  field,
  value,
  onFilter,
  children,
}: {
  field: Field;
  value: string;
  onFilter: Props["onFilter"];
  children: ReactNode;
}) {
  const { t } = useTranslation("desk");
  return (
    <UnstyledButton
      className={classes.filterButton}
      title={t("table.filterBy", { column: fieldTitle(field, t), value: formatField(field, value, t) })}
      onClick={() => onFilter(field.id, value)}
    >
      {children}
    </UnstyledButton>
  );
}

function ProgressCell({ run }: { run: RunSummary }) {
  const { t } = useTranslation("desk");
  return (
    <td title={t("table.epochsDone", { done: formatExact(run.epoch), all: formatExact(run.epochs) })}>
      <Progress
        className={runClasses.bar}
        size="sm"
        // A width that glides is laid out and painted again in every frame.
        transitionDuration={0}
        value={progressOf(run) * 100}
        color={run.state === "failed" ? "red" : isFinal(run.state) ? "gray" : "accent"}
        aria-label={t("table.progressOf", { name: run.name })}
      />
    </td>
  );
}

function Headline({
  run,
  values,
  decimals,
  isMetricNamed,
}: Pick<CellProps, "run" | "decimals" | "isMetricNamed"> & { values: "best" | "last" }) {
  const { t } = useTranslation("desk");
  const shown = headlineMetric(run[values]);
  if (shown === null) return <td className={runClasses.number} />;
  const range = run.ranges[shown.name];
  const number = Number(shown.value);
  const epoch =
    values === "last" || range === undefined
      ? null
      : number === range.lowest && number !== range.highest
        ? range.lowest_epoch
        : number === range.highest
          ? range.highest_epoch
          : null;
  return (
    <td className={runClasses.number} title={`${shown.name} ${shown.value}`}>
      {!(isMetricNamed && shown.name === headlineMetric(run.last)?.name) && (
        <span className={runClasses.quiet}>{shown.name} </span>
      )}
      {formatMetric(shown.value, { decimals: decimals[`${values} ${shown.name}`] })}
      {/* Imported curves know no epochs. */}
      {epoch !== null && epoch > 0 && (
        <span className={classes.epoch} title={t("measure.epochHint", { epoch })}>
          {t("measure.epoch", { epoch })}
        </span>
      )}
    </td>
  );
}
