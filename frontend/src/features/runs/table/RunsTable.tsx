import { Checkbox } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunSummary } from "@/api";
import { metricDecimals } from "@/ui";
import runClasses from "../runs.module.css";
import { headlineMetric } from "../runsTable";
import { useSteady } from "../useSteady";
import { type Field, valueKey } from "./fields";
import { fieldTitle, formatField } from "./fieldWords";
import { RunRow } from "./RunRow";
import classes from "./table.module.css";

export interface Group {
  key: string;
  label: string;
  runs: readonly RunSummary[];
  /** How many there are on all pages. */
  total: number;
}

interface Props {
  groups: readonly Group[];
  columns: readonly Field[];
  sort: { fieldId: string; isDescending: boolean };
  onSort: (field: Field) => void;
  selected: ReadonlySet<string>;
  onSelect: (ids: readonly string[], isSelected: boolean) => void;
  onFilter: (fieldId: string, value: string) => void;
}

/** Rows of runs, in groups where that is wanted; a click on a column's head sorts by it, one on a value filters by it. */
export function RunsTable({ groups, columns, sort, onSort, selected, onSelect, onFilter }: Props) {
  const { t } = useTranslation("desk");
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const runs = groups.flatMap((group) => group.runs);
  const decimals = useDecimals(columns, runs);
  const numSelected = runs.filter((run) => selected.has(run.id)).length;
  const isGrouped = groups.length > 1 || groups[0]?.label !== "";
  const toggle = (key: string) =>
    setClosed((before) => {
      const after = new Set(before);
      if (!after.delete(key)) after.add(key);
      return after;
    });
  return (
    <div className={runClasses.tableBox}>
      <table className={runClasses.table} data-testid="runs-table">
        <thead>
          <tr>
            <th scope="col" className={classes.boxCell}>
              <Checkbox
                size="xs"
                aria-label={t("table.selectAll")}
                checked={numSelected > 0 && numSelected === runs.length}
                indeterminate={numSelected > 0 && numSelected < runs.length}
                onChange={(event) =>
                  onSelect(
                    runs.map((run) => run.id),
                    event.currentTarget.checked,
                  )
                }
              />
            </th>
            {columns.map((field) => (
              <Head key={field.id} field={field} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <Fragment key={group.key}>
              {isGrouped && (
                <tr className={classes.groupRow} data-testid="runs-group">
                  <th scope="rowgroup" colSpan={columns.length + 1}>
                    <button type="button" aria-expanded={!closed.has(group.key)} onClick={() => toggle(group.key)}>
                      {closed.has(group.key) ? (
                        <IconChevronRight size={14} aria-hidden />
                      ) : (
                        <IconChevronDown size={14} aria-hidden />
                      )}
                      {group.label || t("table.noValue")}
                      <span className={classes.quiet}>{t("table.count", { count: group.total })}</span>
                    </button>
                  </th>
                </tr>
              )}
              {(!isGrouped || !closed.has(group.key)) &&
                group.runs.map((run) => (
                  <RunRow
                    key={run.id}
                    run={run}
                    columns={columns}
                    decimals={decimals}
                    isSelected={selected.has(run.id)}
                    onSelect={onSelect}
                    onFilter={onFilter}
                  />
                ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** How many decimals a column's metrics have; in the columns of last and best, which hold several metrics, the metric's. */
export type Decimals = Readonly<Record<string, number>>;

function useDecimals(columns: readonly Field[], runs: readonly RunSummary[]): Decimals {
  const values: Record<string, unknown[]> = {};
  const add = (name: string, value: unknown) => {
    values[name] ??= [];
    values[name].push(value);
  };
  for (const { id, value } of columns.filter((field) => field.unit === "metric")) {
    for (const run of runs) {
      if (id !== "best" && id !== "last") add(id, value(run));
      else add(`${id} ${headlineMetric(run[id])?.name}`, value(run));
    }
  }
  return useSteady(
    Object.fromEntries(Object.entries(values).map(([name, all]) => [name, metricDecimals(all as number[])])),
  );
}

function Head({ field, sort, onSort }: { field: Field } & Pick<Props, "sort" | "onSort">) {
  const { t } = useTranslation("desk");
  const title = fieldTitle(field, t);
  const isSorted = sort.fieldId === field.id;
  const Arrow = sort.isDescending ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      className={field.id === "name" ? classes.nameCell : isNumeric(field) ? runClasses.number : undefined}
      aria-sort={isSorted ? (sort.isDescending ? "descending" : "ascending") : undefined}
    >
      <button
        type="button"
        className={runClasses.sort}
        title={t("table.sortBy", { column: title })}
        onClick={() => onSort(field)}
      >
        {title}
        {isSorted && <Arrow size={13} aria-hidden />}
      </button>
    </th>
  );
}

/** Numbers stand to the right, so that their digits are below each other. */
export function isNumeric(field: Field): boolean {
  return field.unit !== null && field.unit !== "moment" && field.id !== "progress";
}

/** The runs of a page under the values of a field; one group without a name where there is none. */
export function groupRuns(
  page: readonly RunSummary[],
  all: readonly RunSummary[],
  field: Field | undefined,
  t: Parameters<typeof formatField>[2],
): Group[] {
  if (field === undefined) return [{ key: "", label: "", runs: page, total: all.length }];
  const groups = new Map<string, RunSummary[]>();
  for (const run of page) {
    const key = valueKey(field.value(run));
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups].map(([key, runs]) => ({
    key,
    label: formatField(field, field.value(runs[0] as RunSummary), t),
    runs,
    total: all.filter((run) => valueKey(field.value(run)) === key).length,
  }));
}
