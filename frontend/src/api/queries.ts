import { type QueryClient, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type {
  ArchitectureRead,
  ArchitectureSummary,
  BlockBundle,
  DeletedNetwork,
  Document,
  ExperimentRead,
  LibraryBlockRead,
  LibraryBlockSummary,
  NetworkRead,
  NetworkSummary,
  TrainingOptions,
  WeightsCompared,
  WeightsRead,
} from "./types";

/** Every react-query key in one place, so that one part can refresh what another shows. */
export const keys = {
  layers: ["layers"] as const,
  architectures: ["architectures"] as const,
  followers: ["followers"] as const,
  architecture: (id: string) => ["architectures", id] as const,
  experiments: ["experiments"] as const,
  networks: ["networks"] as const,
  deletedNetworks: ["networks", "deleted"] as const,
  network: (id: string) => ["networks", id] as const,
  blocks: ["blocks"] as const,
  block: (id: string) => ["blocks", id] as const,
  datasets: ["datasets"] as const,
  dataset: (id: string) => ["datasets", id] as const,
  preview: (id: string) => ["datasets", id, "preview"] as const,
  uploads: ["uploads"] as const,
  uploadRules: ["uploads", "rules"] as const,
  trainingOptions: ["training", "options"] as const,
  weights: ["weights"] as const,
  runs: (networkId?: string) => (networkId === undefined ? (["runs"] as const) : (["runs", { networkId }] as const)),
  run: (id: string) => ["runs", id] as const,
  runSettings: ["run-settings"] as const,
  metrics: (id: string) => ["runs", id, "metrics"] as const,
  checkpoints: (id: string) => ["runs", id, "checkpoints"] as const,
  trial: (checkpointId: string) => ["trials", checkpointId] as const,
  evaluation: (checkpointId: string) => ["trials", checkpointId, "evaluation"] as const,
  exports: (checkpointId: string) => ["exports", checkpointId] as const,
};

/** The catalogue changes only with the server's version: asked once. */
export const layersQuery = queryOptions({
  queryKey: keys.layers,
  queryFn: () => unwrap(api.GET("/api/layers")),
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: Number.POSITIVE_INFINITY,
});

/** Ready-made networks change only with the server's version. */
export const architecturesQuery = queryOptions({
  queryKey: keys.architectures,
  queryFn: () => unwrap<ArchitectureSummary[]>(api.GET("/api/architectures")),
  staleTime: Number.POSITIVE_INFINITY,
});

/** What usually follows what in the ready-made networks. */
export const followersQuery = queryOptions({
  queryKey: keys.followers,
  queryFn: async () => (await unwrap(api.GET("/api/architectures/followers"))).followers,
  staleTime: Number.POSITIVE_INFINITY,
});

export const architectureQuery = (id: string) =>
  queryOptions({
    queryKey: keys.architecture(id),
    queryFn: () => unwrap<ArchitectureRead>(api.GET("/api/architectures/{id}", { params: { path: { id } } })),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Experiments change only with the server's version. */
export const experimentsQuery = queryOptions({
  queryKey: keys.experiments,
  queryFn: () => unwrap<ExperimentRead[]>(api.GET("/api/experiments")),
  staleTime: Number.POSITIVE_INFINITY,
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

/** What was deleted and can be brought back, the last one first. */
export const deletedNetworksQuery = queryOptions({
  queryKey: keys.deletedNetworks,
  queryFn: () => unwrap<DeletedNetwork[]>(api.GET("/api/networks/deleted")),
});

function refreshNetworks(client: QueryClient) {
  return Promise.all([
    client.invalidateQueries({ queryKey: keys.networks, exact: true }),
    client.invalidateQueries({ queryKey: keys.deletedNetworks }),
  ]);
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

/** The library: blocks that are kept with the workspace. */
export const blocksQuery = queryOptions({
  queryKey: keys.blocks,
  queryFn: () => unwrap<LibraryBlockSummary[]>(api.GET("/api/blocks")),
});

/** A block of the library with its definition; always asked anew, as another tab may have replaced it. */
export const blockQuery = (id: string) =>
  queryOptions({
    queryKey: keys.block(id),
    queryFn: () => unwrap<LibraryBlockRead>(api.GET("/api/blocks/{id}", { params: { path: { id } } })),
    staleTime: 0,
  });

function useBlockMutation<V, R>(mutationFn: (value: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({ mutationFn, onSuccess: () => client.invalidateQueries({ queryKey: keys.blocks }) });
}

export function useCreateBlock() {
  return useBlockMutation((body: { definition: BlockBundle; description: string }) =>
    unwrap<LibraryBlockRead>(api.POST("/api/blocks", { body })),
  );
}

/** What is left out stays. */
export interface BlockChange {
  id: string;
  name?: string;
  description?: string;
  definition?: BlockBundle;
}

export function useUpdateBlock() {
  return useBlockMutation(({ id, ...body }: BlockChange) =>
    unwrap<LibraryBlockRead>(api.PATCH("/api/blocks/{id}", { params: { path: { id } }, body })),
  );
}

export function useDeleteBlock() {
  return useBlockMutation((id: string) => unwrap(api.DELETE("/api/blocks/{id}", { params: { path: { id } } })));
}

export function useRestoreBlock() {
  return useBlockMutation((id: string) =>
    unwrap<LibraryBlockRead>(api.POST("/api/blocks/{id}/restore", { params: { path: { id } } })),
  );
}
