import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { keys, type RunSummary } from "@/api";
import { openRunsLive } from "@/api/live";
import { mergeRuns } from "./runsTable";

/** Keeps the list of runs up to date while somebody looks at it. */
export function useRunsLive(): void {
  const client = useQueryClient();
  useEffect(() => {
    const connection = openRunsLive({
      onItems: (changed) =>
        client.setQueryData<RunSummary[]>(keys.runs(), (runs) =>
          runs === undefined ? runs : mergeRuns(runs, changed),
        ),
      onReconnected: () => void client.invalidateQueries({ queryKey: keys.runs(), exact: true }),
    });
    return () => connection.close();
  }, [client]);
}
