import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { api, keys, type RunRead, type RunSettings, type RunState, type RunSummary, unwrap } from "@/api";
import { notifyError } from "@/ui";
import { flattenConfig } from "./flattenConfig";
import { isFinal } from "./runWords";
import type { AllSettings, FieldValue, Settings } from "./table/fields";

/** A state that no event tells (a lost worker) is found by asking; often where something is waited for. */
const ASK_MS = 4000;
const ASK_SOON_MS = 1000;

function askAgainAfter(run: RunSummary | undefined): number | false {
  if (run === undefined) return false;
  if (run.commands_waiting.length > 0 || run.state === "queued" || run.state === "starting") return ASK_SOON_MS;
  return isFinal(run.state) ? false : ASK_MS;
}

export function runQuery(id: string) {
  return queryOptions({
    queryKey: keys.run(id),
    queryFn: () => unwrap<RunRead>(api.GET("/api/runs/{id}", { params: { path: { id } } })),
    refetchInterval: (query) => askAgainAfter(query.state.data),
  });
}

export function checkpointsQuery(id: string) {
  return queryOptions({
    queryKey: keys.checkpoints(id),
    queryFn: () => unwrap(api.GET("/api/runs/{id}/checkpoints", { params: { path: { id } } })),
  });
}

export const runsQuery = queryOptions({
  queryKey: keys.runs(),
  queryFn: () => unwrap(api.GET("/api/runs")),
});

/** What each run was started with, by run and path. It never changes, so only a new run is asked for. */
export const runSettingsQuery = queryOptions({
  queryKey: keys.runSettings,
  queryFn: async (): Promise<AllSettings> => {
    const all = await unwrap<RunSettings[]>(api.GET("/api/runs/settings"));
    return new Map(all.map(({ id, training }) => [id, toSettings(training)]));
  },
  staleTime: Number.POSITIVE_INFINITY,
});

function toSettings(training: object): Settings {
  const plain = (leaf: unknown): FieldValue => {
    if (Array.isArray(leaf)) return leaf.length === 0 ? null : leaf.map(String);
    return leaf === undefined ? null : (leaf as FieldValue);
  };
  return Object.fromEntries(flattenConfig(training).map(([path, leaf]) => [path, plain(leaf)]));
}

/** The settings of these runs; asked for anew when one of them is not known yet. */
export function useRunSettings(runs: readonly RunSummary[]): AllSettings {
  const { data, isFetching, refetch } = useQuery(runSettingsQuery);
  const isOneMissing = data !== undefined && runs.some((run) => !data.has(run.id));
  useEffect(() => {
    if (isOneMissing && !isFetching) void refetch();
  }, [isOneMissing, isFetching, refetch]);
  return data ?? NO_SETTINGS;
}

const NO_SETTINGS: AllSettings = new Map();

/** Whether settings are still on their way, so that nothing can be said of what differs. */
export function useAreSettingsPending(): boolean {
  return useQuery(runSettingsQuery).isPending;
}

/** Puts a run away, or takes it back into the table. */
export function useArchiveRun() {
  const client = useQueryClient();
  const { t } = useTranslation("runs");
  return async (id: string, isArchived: boolean): Promise<void> => {
    try {
      const run = await unwrap<RunRead>(
        api.PATCH("/api/runs/{id}", { params: { path: { id } }, body: { is_archived: isArchived } }),
      );
      client.setQueryData<RunSummary[]>(keys.runs(), (runs) =>
        runs?.map((one) => (one.id === id ? { ...one, archived: run.archived } : one)),
      );
      void client.invalidateQueries({ queryKey: keys.run(id), exact: true });
    } catch (error) {
      notifyError(t("failed.save"), error);
    }
  };
}

export type RunCommand = "stop" | "pause" | "resume" | "checkpoint";

function sendCommand(id: string, command: RunCommand): Promise<RunRead> {
  const path = { params: { path: { id } } };
  switch (command) {
    case "stop":
      return unwrap<RunRead>(api.POST("/api/runs/{id}/stop", path));
    case "pause":
      return unwrap<RunRead>(api.POST("/api/runs/{id}/pause", path));
    case "resume":
      return unwrap<RunRead>(api.POST("/api/runs/{id}/resume", path));
    case "checkpoint":
      return unwrap<RunRead>(api.POST("/api/runs/{id}/checkpoint", path));
  }
}

/** Stop, pause, resume, checkpoint: sending twice is harmless; the answer is the run with the command waiting. */
export function useRunCommand() {
  const client = useQueryClient();
  const { t } = useTranslation("runs");
  return useMutation({
    mutationFn: ({ id, command }: { id: string; command: RunCommand }) => sendCommand(id, command),
    onSuccess: (run) => client.setQueryData(keys.run(run.id), run),
    onError: (error, { command }) => notifyError(t(`failed.${command}`), error),
  });
}

/** Other values for a run; who asks shows what was wrong with them. */
export function useSetValues(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { lr?: number; epochs?: number }) =>
      unwrap<RunRead>(api.POST("/api/runs/{id}/set", { params: { path: { id } }, body })),
    onSuccess: (run) => client.setQueryData(keys.run(run.id), run),
  });
}

interface BranchBody {
  mode: "everything" | "weights";
  name: string;
  epochs: number;
  lr?: number;
}

/** A new run from a checkpoint. */
export function useBranch() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string; body: BranchBody }) =>
      unwrap(api.POST("/api/checkpoints/{id}/branch", { params: { path: { id } }, body })),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.runs(), exact: true }),
  });
}

interface RunChange {
  name?: string;
  notes?: string;
  tags?: string[];
}

export function useUpdateRun(id: string) {
  const client = useQueryClient();
  const { t } = useTranslation("runs");
  return useMutation({
    mutationFn: (change: RunChange) =>
      unwrap<RunRead>(api.PATCH("/api/runs/{id}", { params: { path: { id } }, body: change })),
    onSuccess: (run) => {
      client.setQueryData(keys.run(id), run);
      void client.invalidateQueries({ queryKey: keys.runs(), exact: true });
    },
    onError: (error) => notifyError(t("failed.save"), error),
  });
}

/** Deletes a run for good; an error is said. */
export function useDeleteRun() {
  const client = useQueryClient();
  const { t } = useTranslation("runs");
  return async (id: string): Promise<void> => {
    try {
      await unwrap(api.DELETE("/api/runs/{id}", { params: { path: { id } } }));
      client.setQueryData<RunSummary[]>(keys.runs(), (runs) => runs?.filter((run) => run.id !== id));
      client.removeQueries({ queryKey: keys.run(id) });
    } catch (error) {
      notifyError(t("failed.delete"), error);
    }
  };
}

export const ALL_STATES: readonly RunState[] = [
  "queued",
  "starting",
  "running",
  "paused",
  "completed",
  "stopped",
  "failed",
  "lost",
];
