import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { keys, type RunSummary } from "@/api";
import { openRunsLive } from "@/api/runsLive";
import { mergeRuns } from "./runsTable";

/** Keeps the list of runs up to date while somebody looks at it. */
export function useRunsLive(): void {
  const client = useQueryClient();
  const { language } = useTranslation().i18n;
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows come with the reason of their end, in words
  useEffect(() => {
    return openRunsLive({
      onItems: (changed) =>
        client.setQueryData<RunSummary[]>(keys.runs(), (runs) =>
          runs === undefined ? runs : mergeRuns(runs, changed),
        ),
      onReconnected: () => void client.invalidateQueries({ queryKey: keys.runs(), exact: true }),
    });
  }, [client, language]);
}
