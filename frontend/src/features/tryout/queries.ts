import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import {
  api,
  type EvaluationRead,
  keys,
  type PredictRead,
  type PredictRequest,
  type SamplesRead,
  type TrialDrawing,
  type TrialRead,
  unwrap,
} from "@/api";

/** What is drawn or typed is sent when it has rested as long. */
const REST_MS = 120;

export function trialQuery(checkpointId: string) {
  return queryOptions({
    queryKey: keys.trial(checkpointId),
    queryFn: () =>
      unwrap<TrialRead>(api.GET("/api/checkpoints/{id}/trial", { params: { path: { id: checkpointId } } })),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** A sample of a run's graphs as it is drawn; while the next one is on its way, the one before. */
export function drawingQuery(checkpointId: string, sample: number) {
  return queryOptions({
    queryKey: [...keys.trial(checkpointId), "drawing", sample],
    queryFn: () =>
      unwrap<TrialDrawing>(
        api.GET("/api/checkpoints/{id}/trial/drawing", { params: { path: { id: checkpointId }, query: { sample } } }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
    retry: false,
  });
}

export function evaluationQuery(checkpointId: string) {
  return queryOptions({
    queryKey: keys.evaluation(checkpointId),
    queryFn: () =>
      unwrap<EvaluationRead>(api.GET("/api/checkpoints/{id}/evaluation", { params: { path: { id: checkpointId } } })),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

export interface SampleChoice {
  order: "worst" | "uncertain";
  target?: number;
  predicted?: number;
}

export const SAMPLES_A_PAGE = 24;

export function samplesQuery(checkpointId: string, choice: SampleChoice, page: number) {
  return queryOptions({
    queryKey: [...keys.evaluation(checkpointId), choice, page],
    queryFn: () =>
      unwrap<SamplesRead>(
        api.GET("/api/checkpoints/{id}/evaluation/samples", {
          params: {
            path: { id: checkpointId },
            query: { ...choice, offset: (page - 1) * SAMPLES_A_PAGE, limit: SAMPLES_A_PAGE },
          },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
}

/** The answer to what is there now; while the next one is on its way, the one before. */
export function usePrediction(checkpointId: string, body: PredictRequest | null) {
  const [rested, setRested] = useState<PredictRequest | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setRested(body), REST_MS);
    return () => clearTimeout(timer);
  }, [body]);
  return useQuery({
    queryKey: [...keys.trial(checkpointId), "predict", rested],
    queryFn: ({ signal }) =>
      unwrap<PredictRead>(
        api.POST("/api/checkpoints/{id}/predict", {
          params: { path: { id: checkpointId } },
          body: rested as PredictRequest,
          signal,
        }),
      ),
    enabled: rested !== null,
    placeholderData: (before) => (body === null ? undefined : before),
    gcTime: 10_000,
    retry: false,
  });
}
