import { Button, MultiSelect, Pagination, Select, Switch, Text } from "@mantine/core";
import { IconTimeline } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type RunSummary, useMetrics } from "@/api";
import { EmptyState, formatExact, LineSkeletons, PageBar, usePageTitle } from "@/ui";
import { usePendingDeletions } from "@/ui/pendingDeletion";
import { CurveFaults, CurveProgress, ImportCurves } from "./ImportCurves";
import { QueuePanel } from "./QueuePanel";
import { ALL_STATES, runsQuery, useRunSettings } from "./queries";
import classes from "./runs.module.css";
import { RunsSpoken } from "./Spoken";
import { ColumnMenu } from "./table/ColumnMenu";
import { buildFields, differs, type Field, type Fields, sortBy, valueKey } from "./table/fields";
import { fieldTitle } from "./table/fieldWords";
import { QueryBox } from "./table/QueryBox";
import { askedValues, parseQuery, withCondition } from "./table/query";
import { groupRuns, isNumeric, RunsTable } from "./table/RunsTable";
import { Selection } from "./table/Selection";
import { PAGE_SIZE, type TableView, type TableViewChanges, useTableView } from "./table/useTableView";
import { useCurvesImport } from "./useCurvesImport";
import { useRunsLive } from "./useRunsLive";

export function RunsPage() {
  const { t } = useTranslation("runs");
  const { data: runs, error, refetch } = useQuery(runsQuery);
  useRunsLive();
  const curves = useCurvesImport();
  usePageTitle(t("title"));
  return (
    <section
      className={classes.page}
      aria-label={t("title")}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        if (event.dataTransfer.files.length > 0) void curves.take([...event.dataTransfer.files]);
      }}
    >
      <PageBar>
        <h1>{t("title")}</h1>
        <div className={classes.grow} />
        <ImportCurves curves={curves} />
      </PageBar>
      <CurveProgress curves={curves} />
      <CurveFaults curves={curves} />
      {runs === undefined && error === null && <LineSkeletons lines={8} />}
      {runs === undefined && error !== null && (
        <EmptyState title={t("loadFailed")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
          {error.message}
        </EmptyState>
      )}
      <QueuePanel />
      {runs !== undefined && <Runs runs={runs} />}
    </section>
  );
}

/** What a filter, an order and a choice of columns make of the runs. */
function useShown(runs: readonly RunSummary[], view: TableView) {
  const settings = useRunSettings(runs);
  const metrics = useMetrics();
  const there = useMemo(
    () => (view.isArchived ? runs : runs.filter((run) => run.archived === null)),
    [runs, view.isArchived],
  );
  const fields = useMemo(() => buildFields(there, settings, metrics), [there, settings, metrics]);
  const query = useMemo(() => parseQuery(view.text, fields), [view.text, fields]);
  const { fieldId, isDescending } = view.sort;
  const shown = useMemo(() => {
    const sorted = sortBy(there.filter(query.test), fields.get(fieldId), isDescending);
    const group = view.groupBy === null ? undefined : fields.get(view.groupBy);
    return group === undefined ? sorted : inGroups(sorted, group);
  }, [there, query, fields, fieldId, isDescending, view.groupBy]);
  const { columns: chosen, isOnlyDiffering } = view;
  const columns = useMemo(
    () => chooseColumns(chosen, isOnlyDiffering, fields, shown),
    [chosen, isOnlyDiffering, fields, shown],
  );
  return { there, fields, query, shown, columns };
}

/** The groups one after another, each in the order that the runs are in. */
function inGroups(runs: readonly RunSummary[], field: Field): readonly RunSummary[] {
  const keyOf = (run: RunSummary) => valueKey(field.value(run));
  const order = [...new Set(sortBy(runs, field, false).map(keyOf))];
  return order.flatMap((key) => runs.filter((run) => keyOf(run) === key));
}

/** The chosen columns; where only differences are wanted, those of them that differ and each setting that does. */
function chooseColumns(
  ids: readonly string[],
  isOnlyDiffering: boolean,
  fields: Fields,
  shown: readonly RunSummary[],
): Field[] {
  const name = fields.get("name");
  const chosen = ids.flatMap((id) => fields.get(id) ?? []).filter((field) => field.id !== "name");
  const head = name === undefined ? [] : [name];
  if (!isOnlyDiffering || shown.length < 2) return [...head, ...chosen];
  const others = [...fields.values()].filter((field) => field.group === "setting" && !chosen.includes(field));
  return [...head, ...[...chosen, ...others].filter((field) => differs(field, shown))];
}

function Runs({ runs }: { runs: readonly RunSummary[] }) {
  const { t } = useTranslation("runs");
  const { t: d } = useTranslation("desk");
  const pending = usePendingDeletions();
  const kept = useMemo(() => runs.filter((run) => !pending.has(run.id)), [runs, pending]);
  const view = useTableView();
  const { there, fields, query, shown, columns } = useShown(kept, view);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const select = useCallback((ids: readonly string[], isSelected: boolean) => {
    setSelected((before) => {
      const after = new Set(before);
      for (const id of ids) isSelected ? after.add(id) : after.delete(id);
      return after;
    });
  }, []);
  // Rows are drawn anew where what they are given is another one: the newest view is asked when something is pressed.
  const newest = useRef({ view, fields });
  useEffect(() => {
    newest.current = { view, fields };
  });
  const filter = useCallback((fieldId: string, value: string) => {
    const { view: now, fields: known } = newest.current;
    now.setText(withCondition(now.text, fieldId, [value], known));
  }, []);
  if (kept.length === 0) return <NoRuns />;
  const numPages = Math.max(1, Math.ceil(shown.length / PAGE_SIZE));
  const page = Math.min(view.page, numPages);
  const pageRuns = shown.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  return (
    <>
      <RunsSpoken />
      <div className={classes.tools}>
        <QueryBox text={view.text} faults={query.faults} onChange={view.setText} />
        <MultiSelect
          size="xs"
          miw={150}
          aria-label={t("table.states")}
          placeholder={askedValues(query, "state").length === 0 ? t("table.allStates") : ""}
          data={ALL_STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))}
          value={ALL_STATES.filter((state) => askedValues(query, "state").includes(state))}
          onChange={(states) => view.setText(withCondition(view.text, "state", states, fields))}
          clearable
        />
        <Text size="sm" c="dimmed" aria-live="polite" data-testid="runs-count">
          {shown.length === there.length
            ? t("table.count", { count: there.length })
            : t("table.someOf", { shown: formatExact(shown.length), all: formatExact(there.length) })}
        </Text>
        <div className={classes.grow} />
        <ViewTools view={view} fields={fields} numArchived={kept.filter((run) => run.archived !== null).length} />
      </div>
      <Selection runs={kept.filter((run) => selected.has(run.id))} onDone={() => setSelected(new Set())} />
      {shown.length === 0 ? (
        <EmptyState
          title={t("empty.filtered")}
          actions={<Button onClick={() => view.setText("")}>{t("empty.clear")}</Button>}
        />
      ) : (
        <RunsTable
          groups={groupRuns(pageRuns, shown, view.groupBy === null ? undefined : fields.get(view.groupBy), d)}
          columns={columns}
          sort={view.sort}
          onSort={(field) => view.toggleSort(field.id, isNumeric(field) || field.unit !== null)}
          selected={selected}
          onSelect={select}
          onFilter={filter}
        />
      )}
      {numPages > 1 && <Pages numPages={numPages} page={page} onChange={view.setPage} />}
    </>
  );
}

/** Groups, differences, archive, columns: how the table looks at the runs. */
function ViewTools({
  view,
  fields,
  numArchived,
}: {
  view: TableView & TableViewChanges;
  fields: Fields;
  numArchived: number;
}) {
  const { t } = useTranslation("desk");
  const groupable = [...fields.values()].filter(
    (field) => field.unit === null && field.id !== "name" && field.id !== "id" && field.id !== "notes",
  );
  const numbers = [...fields.values()].filter((field) => field.group === "setting" && field.unit !== null);
  return (
    <>
      <Select
        size="xs"
        w={170}
        aria-label={t("table.groupBy")}
        placeholder={t("table.groupBy")}
        data={[...groupable, ...numbers].map((field) => ({ value: field.id, label: fieldTitle(field, t) }))}
        value={view.groupBy}
        onChange={view.setGroupBy}
        clearable
        searchable
      />
      <Switch
        size="xs"
        label={t("table.onlyDiffering")}
        checked={view.isOnlyDiffering}
        onChange={(event) => view.setOnlyDiffering(event.currentTarget.checked)}
      />
      {(numArchived > 0 || view.isArchived) && (
        <Switch
          size="xs"
          label={t("table.showArchived", { count: numArchived })}
          checked={view.isArchived}
          onChange={(event) => view.setArchived(event.currentTarget.checked)}
        />
      )}
      <ColumnMenu fields={fields} columns={view.columns} onChange={view.setColumns} />
    </>
  );
}

function Pages({ numPages, page, onChange }: { numPages: number; page: number; onChange: (page: number) => void }) {
  const { t } = useTranslation("runs");
  return (
    <Pagination
      mt="md"
      size="sm"
      total={numPages}
      value={page}
      onChange={onChange}
      aria-label={t("table.pages")}
      getControlProps={(control) =>
        control === "next" || control === "previous" ? { "aria-label": t(`table.${control}`) } : {}
      }
    />
  );
}

function NoRuns() {
  const { t } = useTranslation("runs");
  return (
    <EmptyState
      icon={<IconTimeline size={32} stroke={1.4} />}
      title={t("empty.title")}
      actions={
        <Button component={Link} to="/networks">
          {t("empty.networks")}
        </Button>
      }
    >
      {t("empty.text")}
    </EmptyState>
  );
}
