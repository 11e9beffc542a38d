import { Checkbox, Progress } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { RunSummary } from "@/api";
import { formatAgo, formatCount, formatDate, formatDuration, formatExact, formatMetric } from "@/ui";
import classes from "./runs.module.css";
import { headlineMetric, progressOf, type Shown, type Sort, type SortKey } from "./runsTable";
import { isFinal } from "./runWords";
import { StateBadge } from "./StateBadge";

interface Props {
  runs: readonly RunSummary[];
  sort: Sort;
  onSort: (key: SortKey) => void;
  selected: ReadonlySet<string>;
  onSelect: (ids: readonly string[], isSelected: boolean) => void;
}

type Column = SortKey | "last" | "device";
const COLUMNS: readonly Column[] = [
  "name",
  "state",
  "progress",
  "last",
  "best",
  "network",
  "parameters",
  "duration",
  "device",
  "created",
];
const NUMBERS: ReadonlySet<Column> = new Set<Column>(["last", "best", "parameters", "duration"]);
const isSortable = (column: Column): column is SortKey => column !== "last" && column !== "device";

/** Rows of runs; a click on a column's head sorts by it. */
export function RunsTable({ runs, sort, onSort, selected, onSelect }: Props) {
  const { t } = useTranslation("runs");
  const numSelected = runs.filter((run) => selected.has(run.id)).length;
  return (
    <div className={classes.tableBox}>
      <table className={classes.table} data-testid="runs-table">
        <thead>
          <tr>
            <th scope="col">
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
            {COLUMNS.map((column) => (
              <Head key={column} column={column} sort={sort} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <Row key={run.id} run={run} isSelected={selected.has(run.id)} onSelect={onSelect} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Head({ column, sort, onSort }: { column: Column } & Pick<Props, "sort" | "onSort">) {
  const { t } = useTranslation("runs");
  const title = t(`table.${column}`);
  const isSorted = sort.key === column;
  const Arrow = sort.isDescending ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      className={NUMBERS.has(column) ? classes.number : undefined}
      aria-sort={isSorted ? (sort.isDescending ? "descending" : "ascending") : undefined}
    >
      {isSortable(column) ? (
        <button
          type="button"
          className={classes.sort}
          title={t("table.sortBy", { column: title })}
          onClick={() => onSort(column)}
        >
          {title}
          {isSorted && <Arrow size={13} aria-hidden />}
        </button>
      ) : (
        title
      )}
    </th>
  );
}

interface RowProps {
  run: RunSummary;
  isSelected: boolean;
  onSelect: Props["onSelect"];
}

const Row = memo(function Row({ run, isSelected, onSelect }: RowProps) {
  const { t } = useTranslation("runs");
  const share = progressOf(run);
  return (
    <tr data-testid={`run-row-${run.id}`} aria-selected={isSelected}>
      <td>
        <Checkbox
          size="xs"
          aria-label={t("table.select", { name: run.name })}
          checked={isSelected}
          onChange={(event) => onSelect([run.id], event.currentTarget.checked)}
        />
      </td>
      <td>
        <Link to={`/runs/${run.id}`} className={classes.runName} title={run.name}>
          {run.name}
        </Link>
      </td>
      <td>
        <StateBadge run={run} message={run.message} />
      </td>
      <td title={t("progress.of", { done: formatExact(run.epoch), all: formatExact(run.epochs) })}>
        <Progress
          className={classes.bar}
          size="sm"
          value={share * 100}
          color={run.state === "failed" ? "red" : isFinal(run.state) ? "gray" : "accent"}
          aria-label={t("progress.label")}
        />
      </td>
      <Metric shown={headlineMetric(run.last)} />
      <Metric shown={headlineMetric(run.best)} />
      <td>
        <span className={classes.cut} title={run.network_name}>
          {run.network_name}
        </span>
      </td>
      <td className={classes.number} title={formatExact(run.parameters)}>
        {formatCount(run.parameters)}
      </td>
      <td className={classes.number}>{run.started === null ? "" : formatDuration(run.elapsed)}</td>
      <td className={classes.quiet}>{run.device}</td>
      <td className={classes.quiet} title={formatDate(run.created)}>
        {formatAgo(run.created)}
      </td>
    </tr>
  );
});

function Metric({ shown }: { shown: Shown | null }) {
  return (
    <td className={classes.number} title={shown === null ? undefined : `${shown.name} ${shown.value}`}>
      {shown !== null && (
        <>
          <span className={classes.quiet}>{shown.name}</span> {formatMetric(shown.value)}
        </>
      )}
    </td>
  );
}
