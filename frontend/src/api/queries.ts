import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { Document, NetworkRead, NetworkSummary, TrainingOptions, WeightsCompared, WeightsRead } from "./types";

/** Every react-query key in one place, so that one part can refresh what another shows. */
export const keys = {
  layers: ["layers"] as const,
  networks: ["networks"] as const,
  network: (id: string) => ["networks", id] as const,
  datasets: ["datasets"] as const,
  dataset: (id: string) => ["datasets", id] as const,
  preview: (id: string) => ["datasets", id, "preview"] as const,
  trainingOptions: ["training", "options"] as const,
  weights: ["weights"] as const,
  runs: (networkId?: string) => (networkId === undefined ? (["runs"] as const) : (["runs", { networkId }] as const)),
  run: (id: string) => ["runs", id] as const,
  metrics: (id: string) => ["runs", id, "metrics"] as const,
  checkpoints: (id: string) => ["runs", id, "checkpoints"] as const,
};

/** The catalogue changes only with the server's version: asked once. */
export const layersQuery = queryOptions({
  queryKey: keys.layers,
  queryFn: () => unwrap(api.GET("/api/layers")),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

/** What is registered for training changes only with the server's version. */
export const trainingOptionsQuery = queryOptions({
  queryKey: keys.trainingOptions,
  queryFn: () => unwrap<TrainingOptions>(api.GET("/api/training/options")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** Files of weights, newest first. */
export const weightsQuery = queryOptions({
  queryKey: keys.weights,
  queryFn: () => unwrap<WeightsRead[]>(api.GET("/api/weights")),
});

/** What weights would do in a document's network; `match` null lets the server choose. */
export function compareWeights(
  document: Document,
  source: string,
  match: "name" | "order" | null,
  signal?: AbortSignal,
): Promise<WeightsCompared> {
  const body = { document, source, match };
  return unwrap<WeightsCompared>(api.POST("/api/weights/compare", { body, ...(signal ? { signal } : {}) }));
}

export const networksQuery = queryOptions({
  queryKey: keys.networks,
  queryFn: () => unwrap<NetworkSummary[]>(api.GET("/api/networks")),
});

function refreshNetworks(client: QueryClient) {
  return client.invalidateQueries({ queryKey: keys.networks, exact: true });
}

export function useCreateNetwork() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (document: Document) => unwrap<NetworkRead>(api.POST("/api/networks", { body: { document } })),
    onSuccess: () => refreshNetworks(client),
  });
}

export function useDeleteNetwork() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => unwrap(api.DELETE("/api/networks/{id}", { params: { path: { id } } })),
    onSuccess: () => refreshNetworks(client),
  });
}

export function useRestoreNetwork() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      unwrap<NetworkRead>(api.POST("/api/networks/{id}/restore", { params: { path: { id } } })),
    onSuccess: () => refreshNetworks(client),
  });
}
