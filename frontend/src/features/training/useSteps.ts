import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import type { Choice, DatasetRead, Problem, StepsRead } from "@/api";
import type { FormConfig } from "./formConfig";
import { stepsQuery } from "./queries";
import type { ListName } from "./steps";

export interface Steps {
  /** Undefined until it is known. */
  read: StepsRead | undefined;
  /** Why there is nothing to show, if the server could not do it. */
  error: Error | null;
  isAsking: boolean;
  problems: readonly Problem[];
  /** The same samples with another chance. */
  again: () => void;
  /** The list that would be without the fault at this place, and how that is called. */
  fixAt: (list: ListName, place: number | null) => { label: string; steps: Choice[] } | null;
}

const TYPING_MS = 150;
const NO_PROBLEMS: readonly Problem[] = [];

/** What the server says of preprocessing and augmentation while one edits them. */
export function useSteps(config: FormConfig | null, dataset: DatasetRead | undefined): Steps {
  const [seed, setSeed] = useState(0);
  const { preprocess = [], augment = [], split } = config?.data ?? {};
  const wanted = useMemo(() => ({ preprocess, augment, split }), [preprocess, augment, split]);
  const [asked] = useDebouncedValue(wanted, TYPING_MS);
  const isReady = config !== null && dataset?.state === "ready";
  const { data, error, isFetching } = useQuery(
    stepsQuery(
      dataset?.id ?? "",
      { preprocess: asked.preprocess, augment: asked.augment, ...(asked.split && { split: asked.split }), seed },
      isReady,
    ),
  );
  const problems = useMemo(() => (data === undefined ? NO_PROBLEMS : data.problems.map(toProblem)), [data]);
  return {
    read: data,
    error,
    isAsking: isFetching || asked !== wanted,
    problems,
    again: () => setSeed((before) => before + 1),
    fixAt: (list, place) =>
      data?.problems.find((problem) => problem.list === list && problem.place === place)?.fix ?? null,
  };
}

function toProblem({ list, place, message }: StepsRead["problems"][number]): Problem {
  const field = place === null ? `data.${list}` : `data.${list}.${place}`;
  return { code: "bad_transform", severity: "error", field, message };
}
