/** The queue of runs, and what may be done with it. */

import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { api, keys, type QueueRead, unwrap } from "@/api";
import { notifyError } from "@/ui";

const ASK_MS = 2000;
const KEY = ["queue"] as const;

/** Asked again while somebody looks: who stands before a run may start or be moved at any moment. */
export const queueQuery = queryOptions({
  queryKey: KEY,
  queryFn: () => unwrap<QueueRead>(api.GET("/api/queue")),
  refetchInterval: ASK_MS,
});

interface Move {
  id: string;
  place?: number;
  priority?: number;
}

function useQueueChange<T>(change: (what: T) => Promise<QueueRead>) {
  const client = useQueryClient();
  const { t } = useTranslation("control");
  return useMutation({
    mutationFn: change,
    onSuccess: (queue) => {
      client.setQueryData(KEY, queue);
      void client.invalidateQueries({ queryKey: keys.runs(), exact: true });
    },
    onError: (error) => notifyError(t("queue.failed"), error),
  });
}

/** Another place or priority for a run that waits. */
export function useMoveInQueue() {
  return useQueueChange(({ id, ...body }: Move) =>
    unwrap<QueueRead>(api.POST("/api/queue/{id}", { params: { path: { id } }, body })),
  );
}

/** How many runs a device trains at once. */
export function useSetSlots() {
  return useQueueChange((body: { device: string; slots: number }) =>
    unwrap<QueueRead>(api.PUT("/api/queue/slots", { body })),
  );
}
