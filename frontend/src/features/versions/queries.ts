import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, type Document, keys, type NetworkRead, type RevisionRead, unwrap } from "@/api";

const versionsKey = (id: string) => [...keys.network(id), "revisions"] as const;

/** What was kept of a network, newest first. */
export const versionsQuery = (id: string) =>
  queryOptions({
    queryKey: versionsKey(id),
    queryFn: () => unwrap<RevisionRead[]>(api.GET("/api/networks/{id}/revisions", { params: { path: { id } } })),
    staleTime: 0,
  });

/** A revision never changes once there is a newer one. */
export const versionQuery = (id: string, revision: number) =>
  queryOptions({
    queryKey: [...versionsKey(id), revision],
    queryFn: () =>
      unwrap<NetworkRead>(api.GET("/api/networks/{id}/revisions/{revision}", { params: { path: { id, revision } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

export function useNameVersion(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ revision, label }: { revision: number; label: string | null }) =>
      unwrap(
        api.PATCH("/api/networks/{id}/revisions/{revision}", { params: { path: { id, revision } }, body: { label } }),
      ),
    onSettled: () => client.invalidateQueries({ queryKey: versionsKey(id), exact: true }),
  });
}

/** Saves an older state on top of the newest one, which stays a version as well. */
export function useRestoreVersion(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ document, newest }: { document: Document; newest: number }) =>
      unwrap<NetworkRead>(
        api.PUT("/api/networks/{id}", { params: { path: { id } }, body: { document, revision: newest } }),
      ),
    onSettled: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: versionsKey(id), exact: true }),
        client.invalidateQueries({ queryKey: keys.networks, exact: true }),
      ]),
  });
}
