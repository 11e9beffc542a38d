import { Button, MultiSelect, Pagination, Text } from "@mantine/core";
import { IconTimeline } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { type RunState, type RunSummary, useMetrics } from "@/api";
import { EmptyState, formatExact, LineSkeletons, PageBar, ReasonedButton, SearchBox, usePageTitle } from "@/ui";
import { deleteLater, usePendingDeletions } from "@/ui/pendingDeletion";
import { QueuePanel } from "./QueuePanel";
import { ALL_STATES, runsQuery, useDeleteRun, useRunCommand } from "./queries";
import { RunsTable } from "./RunsTable";
import classes from "./runs.module.css";
import { filterRuns, sortRuns } from "./runsTable";
import { isFinal } from "./runWords";
import { PAGE_SIZE, useRunsFilter } from "./useRunsFilter";
import { useRunsLive } from "./useRunsLive";

export function RunsPage() {
  const { t } = useTranslation("runs");
  const { data: runs, error, refetch } = useQuery(runsQuery);
  useRunsLive();
  usePageTitle(t("title"));
  return (
    <section className={classes.page} aria-label={t("title")}>
      <PageBar>
        <h1>{t("title")}</h1>
      </PageBar>
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

function Runs({ runs }: { runs: readonly RunSummary[] }) {
  const { t } = useTranslation("runs");
  const pending = usePendingDeletions();
  const filter = useRunsFilter();
  const metrics = useMetrics();
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const there = useMemo(() => runs.filter((run) => !pending.has(run.id)), [runs, pending]);
  const shown = useMemo(
    () => sortRuns(filterRuns(there, filter.text, filter.states), filter.sort, metrics),
    [there, filter.text, filter.states, filter.sort, metrics],
  );
  const select = useCallback((ids: readonly string[], isSelected: boolean) => {
    setSelected((before) => {
      const after = new Set(before);
      for (const id of ids) isSelected ? after.add(id) : after.delete(id);
      return after;
    });
  }, []);

  if (there.length === 0) {
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
  const numPages = Math.max(1, Math.ceil(shown.length / PAGE_SIZE));
  const page = Math.min(filter.page, numPages);
  return (
    <>
      <div className={classes.tools}>
        <SearchBox w={240} label={t("table.filter")} text={filter.text} onChange={filter.setText} />
        <MultiSelect
          size="xs"
          miw={160}
          aria-label={t("table.states")}
          placeholder={filter.states.size === 0 ? t("table.allStates") : ""}
          data={ALL_STATES.map((state) => ({ value: state, label: t(`state.${state}`) }))}
          value={[...filter.states]}
          onChange={(states) => filter.setStates(states as RunState[])}
          clearable
        />
        <Text size="sm" c="dimmed" aria-live="polite">
          {shown.length === there.length
            ? t("table.count", { count: there.length })
            : t("table.someOf", { shown: formatExact(shown.length), all: formatExact(there.length) })}
        </Text>
        <div className={classes.grow} />
        <Selection runs={there.filter((run) => selected.has(run.id))} onDone={() => setSelected(new Set())} />
      </div>
      {shown.length === 0 ? (
        <EmptyState title={t("empty.filtered")} actions={<Button onClick={filter.clear}>{t("empty.clear")}</Button>} />
      ) : (
        <RunsTable
          runs={shown.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)}
          sort={filter.sort}
          onSort={filter.toggleSort}
          selected={selected}
          onSelect={select}
        />
      )}
      {numPages > 1 && (
        <Pagination
          mt="md"
          size="sm"
          total={numPages}
          value={page}
          onChange={filter.setPage}
          aria-label={t("table.pages")}
          getControlProps={(control) =>
            control === "next" || control === "previous" ? { "aria-label": t(`table.${control}`) } : {}
          }
        />
      )}
    </>
  );
}

/** What can be done with the selected runs together. */
function Selection({ runs, onDone }: { runs: readonly RunSummary[]; onDone: () => void }) {
  const { t } = useTranslation("runs");
  const command = useRunCommand();
  const deleteRun = useDeleteRun();
  if (runs.length === 0) return null;
  const moving = runs.filter((run) => !isFinal(run.state));
  const ended = runs.filter((run) => isFinal(run.state));
  const stop = () => {
    for (const run of moving) command.mutate({ id: run.id, command: "stop" });
  };
  const remove = () => {
    for (const run of ended) {
      deleteLater({
        id: run.id,
        message: t("deleted", { name: run.name }),
        undoLabel: t("undo"),
        remove: () => deleteRun(run.id),
      });
    }
    onDone();
  };
  return (
    <>
      <Text size="sm">{t("table.selected", { count: runs.length })}</Text>
      <ReasonedButton variant="default" reason={moving.length === 0 ? t("table.nothingToStop") : null} onClick={stop}>
        {t("table.stopSelected")}
      </ReasonedButton>
      <ReasonedButton
        variant="default"
        reason={ended.length === 0 ? t("table.nothingToDelete") : null}
        onClick={remove}
      >
        {t("table.deleteSelected")}
      </ReasonedButton>
    </>
  );
}
