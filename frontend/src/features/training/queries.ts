import { keepPreviousData, queryOptions, skipToken } from "@tanstack/react-query";
import {
  api,
  type CrossValidationStarted,
  type Curve,
  type Document,
  type PreflightRead,
  type RateFinderRead,
  type RunState,
  type StepsRead,
  type StepsRequest,
  type TrainingChecked,
  type TrainingConfig,
  type TrainingSuggestion,
  unwrap,
} from "@/api";

/**
 * A good config for this network on this data, with what does not fit. Asked again when the network changes; until then
 * the answer before stays, which may be about other data.
 */
export function suggestionQuery(document: Document, source: string, isReady: boolean) {
  const { network, blocks } = document;
  const task = (document.training as Partial<TrainingConfig> | null)?.data?.task;
  return queryOptions({
    queryKey: ["training", "suggest", source, task, network, blocks],
    queryFn: ({ signal }) =>
      unwrap<TrainingSuggestion>(api.POST("/api/training/suggest", { body: { document, source }, signal })),
    enabled: isReady,
    staleTime: 60_000,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
  });
}

/** What a start would say of the settings. The last answer stays on show while the next is on its way. */
export function checkQuery(document: Document, training: TrainingConfig | null) {
  const { network, blocks } = document;
  return queryOptions({
    queryKey: ["training", "check", network, blocks, training],
    queryFn:
      training === null
        ? skipToken
        : ({ signal }) =>
            unwrap<TrainingChecked>(api.POST("/api/training/check", { body: { document, training }, signal })),
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

/** The learning rate over the whole run. The last curve stays on show while the next is on its way. */
export function curveQuery(training: TrainingConfig, numSamples: number) {
  const { optimizer, schedule, epochs, data, accumulate_steps, averaging, initialization, parameter_groups } = training;
  const checked = [accumulate_steps, averaging, initialization, parameter_groups, training.gradient_clip_norm];
  return queryOptions({
    queryKey: ["training", "curve", optimizer, schedule, epochs, data?.batch_size, data?.split, numSamples, ...checked],
    queryFn: ({ signal }) =>
      unwrap<Curve>(api.POST("/api/training/curve", { body: { training, num_samples: numSamples }, signal })),
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
}

/** Whether the lists of steps make sense, and some samples before and after. The last ones stay on show meanwhile. */
export function stepsQuery(dataset: string, body: StepsRequest, isReady: boolean) {
  return queryOptions({
    queryKey: ["training", "steps", dataset, body],
    queryFn: ({ signal }) =>
      unwrap<StepsRead>(api.POST("/api/datasets/{id}/steps", { params: { path: { id: dataset } }, body, signal })),
    enabled: isReady,
    staleTime: 60_000,
    gcTime: 60_000,
    retry: false,
    placeholderData: (before, query) => (query?.queryKey[2] === dataset ? before : undefined),
  });
}

/** A few real steps of the run that would start. */
export function lookBefore(document: Document, training: TrainingConfig): Promise<PreflightRead> {
  return unwrap(api.POST("/api/training/preflight", { body: { document, training } }));
}

/** Orders a sweep of the learning rate of the run that would start. */
export function findRates(document: Document, training: TrainingConfig): Promise<RateFinderRead> {
  return unwrap(api.POST("/api/training/rates", { body: { document, training } }));
}

/** Ends a sweep's worker, or lets go of what it found. */
export async function cancelRates(id: string): Promise<void> {
  await unwrap(api.DELETE("/api/training/rates/{id}", { params: { path: { id } } }));
}

const SWEEP_POLL_MS = 300;

/** How far a sweep is; asked again while it goes on. */
export function ratesQuery(id: string) {
  return queryOptions({
    queryKey: ["training", "rates", id],
    queryFn: ({ signal }) =>
      unwrap<RateFinderRead>(api.GET("/api/training/rates/{id}", { params: { path: { id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === "over" || state.error !== null ? false : SWEEP_POLL_MS),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
}

interface NewRun {
  networkId: string | null;
  document: Document;
  training: TrainingConfig;
}

/** Starts a run; raises `ApiProblem` with all problems of network, data and config. */
export function startRun({ networkId, document, training }: NewRun): Promise<{ id: string; state: RunState }> {
  return unwrap(api.POST("/api/runs", { body: { ...whatOf(networkId, document), training } }));
}

/** Starts a run for each fold of the split; raises as `startRun`. */
export function crossValidate({ networkId, document, training }: NewRun): Promise<CrossValidationStarted> {
  return unwrap(api.POST("/api/runs/cross-validation", { body: { ...whatOf(networkId, document), training } }));
}

function whatOf(networkId: string | null, document: Document) {
  return networkId === null ? { document } : { network_id: networkId };
}
