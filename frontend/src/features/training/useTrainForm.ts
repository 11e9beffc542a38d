import { useDebouncedValue } from "@mantine/hooks";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useParams } from "react-router";
import {
  type Choice,
  type Curve,
  type DatasetRead,
  type Fix,
  isApiProblem,
  type Problem,
  type TrainingConfig,
  type TrainingOptions,
  trainingOptionsQuery,
} from "@/api";
import { type EditorStore, existingFrozen } from "@/document";
import { datasetsQuery } from "@/features/data";
import { useEditor, useEditorStore } from "@/features/editor";
import { useApplyFix } from "@/features/problems";
import { runsQuery } from "@/features/runs";
import { formatExact, type JsonSchema, type NumberShape } from "@/ui";
import { boundProblems, type ConfigFields, readConfigFields } from "./configFields";
import { defaultSource, feedsNetwork } from "./defaultSource";
import { hasSettings, withSettings } from "./fixes";
import { completeConfig, type FormConfig, joinProblems, lengthsOf, weightsOf, withoutGone } from "./formConfig";
import { crossValidate, curveQuery, startRun, suggestionQuery } from "./queries";
import { useCheck } from "./useCheck";
import { type Steps, useSteps } from "./useSteps";

export interface TrainForm {
  datasets: readonly DatasetRead[] | undefined;
  dataset: DatasetRead | undefined;
  /** Whether a set is of the kind that the network takes. */
  feeds: (dataset: DatasetRead) => boolean;
  options: TrainingOptions | undefined;
  fields: ConfigFields;
  /** Null until something can be suggested: the data must be there first. */
  config: FormConfig | null;
  suggested: TrainingConfig | undefined;
  reasons: Readonly<Record<string, string>>;
  problems: readonly Problem[];
  /** The server has not answered yet what it would say of the settings as they stand. */
  isChecking: boolean;
  /** Augmentations that may help on this data. */
  offered: readonly Choice[];
  /** Preprocessing and augmentation as the server sees them. */
  steps: Steps;
  /** The learning rate over the run; undefined until it is known. */
  curve: Curve | undefined;
  failure: Error | null;
  retry: () => void;
  change: (config: FormConfig) => void;
  /** Takes a way out: edits go into the network, settings into the config. */
  applyFix: (fix: Fix) => void;
  chooseSource: (id: string) => void;
  /** Learns something else of the same data; the rest is suggested anew. */
  chooseTask: (task: string) => void;
  reset: () => void;
  /** Why it cannot start now, or null. */
  reason: string | null;
  isStarting: boolean;
  /** Starts one run; with `"folds"` one for each fold, and opens them beside each other. */
  start: (what: Start) => Promise<void>;
}

type Start = "run" | "folds";

const NO_FIELDS: ConfigFields = new Map();
const NO_PROBLEMS: readonly Problem[] = [];
const NO_REASONS = {};
const NO_STEPS: readonly Choice[] = [];
const SAVE_TIMEOUT_MS = 8000;

/** Everything the form shows and does. The config lies in the document, so that it is saved with the network. */
export function useTrainForm(): TrainForm {
  const { t } = useTranslation("training");
  const store = useEditorStore();
  const document = useEditor((state) => state.document);
  const catalogue = useEditor((state) => state.catalogue);
  const chosen = document.training as Partial<TrainingConfig> | null;
  const { data: options, error: optionsError, refetch: refetchOptions } = useQuery(trainingOptionsQuery);
  const { data: datasets, error: datasetsError, refetch: refetchDatasets } = useQuery(datasetsQuery);
  const source = chosen?.data?.source ?? (datasets === undefined ? null : defaultSource(document, datasets, catalogue));
  const dataset = datasets?.find((one) => one.id === source);
  const isReady = dataset?.state === "ready";
  const suggestion = useQuery(suggestionQuery(document, source ?? "", isReady));
  const fields = useMemo(
    () => (options === undefined ? NO_FIELDS : readConfigFields(options.config_schema as JsonSchema)),
    [options],
  );
  const answer = suggestion.data?.config.data?.source === source ? suggestion.data : undefined;
  const suggested = answer?.config;
  const report = useEditor((state) => state.report);
  const config = useMemo(() => {
    if (suggested === undefined) return null;
    const complete = completeConfig(chosen, suggested);
    // A node that was frozen and then deleted is no reason to refuse a run.
    const frozen = existingFrozen(complete.frozen ?? [], report);
    const there = withoutGone(complete, (paths) => existingFrozen(paths, report));
    return frozen.length === (complete.frozen ?? []).length ? there : { ...there, frozen };
  }, [chosen, suggested, report]);
  const { isStarting, refusal, start } = useStarting();
  const curve = useCurve(config, suggested, fields, dataset?.num_samples ?? 0);
  const steps = useSteps(config, dataset);
  const local = useMemo(
    () => (config === null ? NO_PROBLEMS : boundProblems(config, fields, (path, shape) => sayBounds(t, path, shape))),
    [config, fields, t],
  );
  const checked = useCheck(config, document, isReady && local.length === 0);
  const problems = useMemo(
    () => joinProblems(local, steps.problems, stillSaid(refusal, config, document.network), checked.problems),
    [local, steps.problems, refusal, config, document.network, checked.problems],
  );

  const change = (next: FormConfig) => store.getState().setTraining(next as unknown as typeof document.training);
  const edit = useApplyFix();
  const applyFix = (fix: Fix) => {
    if (fix.edits.length > 0) edit(fix);
    if (hasSettings(fix) && config !== null) change(withSettings(config, fix));
  };
  const chooseSource = (id: string) => {
    const training = { data: { source: id }, ...weightsOf(chosen ?? {}) };
    store.getState().setTraining(training as unknown as typeof document.training);
  };
  const chooseTask = (task: string) => {
    const training = { data: { source, task }, ...weightsOf(chosen ?? {}) };
    store.getState().setTraining(training as unknown as typeof document.training);
  };
  return {
    datasets,
    dataset,
    feeds: (one) => feedsNetwork(one, document, catalogue),
    options,
    fields,
    config,
    suggested,
    reasons: answer?.reasons ?? NO_REASONS,
    problems,
    isChecking: checked.isAsking,
    offered: answer?.augment ?? NO_STEPS,
    steps,
    curve,
    failure: optionsError ?? datasetsError ?? (isReady ? suggestion.error : null),
    retry: () => {
      void refetchOptions();
      void refetchDatasets();
      if (isReady) void suggestion.refetch();
    },
    change,
    applyFix,
    chooseSource,
    chooseTask,
    reset: () => source !== null && chooseSource(source),
    reason: useReason({
      isListed: datasets !== undefined,
      dataset,
      config,
      problems,
      numSamples: dataset?.num_samples ?? null,
    }),
    isStarting,
    start: async (what) => {
      if (config !== null) await start(store, config, what);
    },
  };
}

const TYPING_MS = 150;

/** The learning rate's curve while one types; undefined where optimizer or schedule allow none. */
function useCurve(
  config: FormConfig | null,
  suggested: TrainingConfig | undefined,
  fields: ConfigFields,
  numSamples: number,
) {
  const [typed] = useDebouncedValue(config, TYPING_MS);
  // What is out of its bounds is said already; the server would say it a second time.
  const isInBounds = typed !== null && boundProblems(typed, fields, (path) => path).length === 0;
  const training = typed ?? suggested ?? {};
  const { data, error } = useQuery({
    ...curveQuery(training as TrainingConfig, numSamples),
    enabled: isInBounds && numSamples > 0,
  });
  return error === null ? data : undefined;
}

type Translate = ReturnType<typeof useTranslation<"training">>["t"];

function sayBounds(t: Translate, path: string, { min, max, isMinOpen, isMaxOpen }: NumberShape): string {
  const name = path.split(".").at(-1) ?? path;
  const low = min === null ? null : t(isMinOpen ? "bounds.above" : "bounds.from", { value: formatExact(min) });
  const high = max === null ? null : t(isMaxOpen ? "bounds.below" : "bounds.upTo", { value: formatExact(max) });
  const range = [low, high].filter((part) => part !== null).join(t("bounds.and"));
  const said = t("bounds.sentence", { name, range });
  return path === "data.split.validation" ? `${said} ${t("bounds.validationWays")}` : said;
}

interface ReasonFacts {
  isListed: boolean;
  dataset: DatasetRead | undefined;
  config: FormConfig | null;
  problems: readonly Problem[];
  numSamples: number | null;
}

/** Why Start is grey: the first thing that stands in the way. */
function useReason({ isListed, dataset, config, problems, numSamples }: ReasonFacts): string | null {
  const { t } = useTranslation("training");
  const report = useEditor((state) => state.report);
  const checking = useEditor((state) => state.checking);
  const isEmpty = useEditor((state) => state.document.network.nodes.length === 0);
  const errors = report?.problems.filter(({ severity }) => severity === "error").length ?? 0;
  if (isEmpty) return t("reason.empty");
  if (errors > 0) return t("reason.network", { count: errors });
  if (dataset === undefined) return t(isListed ? "reason.noData" : "reason.waiting");
  if (dataset.state !== "ready") return t(`reason.data.${dataset.state}`, { name: dataset.title });
  if (report === null || checking === "failed") return t("reason.unchecked");
  if (config === null) return t("reason.waiting");
  const wrong = problems.filter(({ severity }) => severity === "error").length;
  if (wrong > 0) return t("reason.settings", { count: wrong });
  return numSamples !== null && lengthsOf(config, numSamples).validationSamples < 1 ? t("reason.noValidation") : null;
}

interface Refusal {
  config: string;
  network: unknown;
  problems: Problem[];
}

/** Starting, and what the server said against the config and the network as they then were. */
function useStarting() {
  const { t } = useTranslation("training");
  const { id } = useParams();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [isStarting, setStarting] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const start = async (store: EditorStore, config: FormConfig, what: Start) => {
    setStarting(true);
    setRefusal(null);
    store.getState().setTraining(config as unknown as ReturnType<EditorStore["getState"]>["document"]["training"]);
    const { document } = store.getState();
    try {
      if (id !== undefined && !(await untilSaved(store))) throw new Error(t("failed.unsaved"));
      const wanted = { networkId: id ?? null, document, training: config };
      if (what === "run") {
        const run = await startRun(wanted);
        await navigate(`/runs/${run.id}`);
        return;
      }
      const { runs } = await crossValidate(wanted);
      // The page of comparison finds its runs in the list.
      await client.fetchQuery({ ...runsQuery, staleTime: 0 });
      await navigate(`/runs/compare?ids=${runs.join(",")}&x=epoch&group=tag`);
    } catch (error) {
      const sentence = error instanceof Error ? error.message : String(error);
      const said = isApiProblem(error) ? error.problems : [];
      const problems = said.length > 0 ? [...said] : [toProblem(sentence)];
      setRefusal({ config: JSON.stringify(config), network: document.network, problems });
    } finally {
      setStarting(false);
    }
  };

  return { isStarting, refusal, start };
}

/** What was said still holds only while nothing it was said about has changed. */
function stillSaid(refusal: Refusal | null, config: FormConfig | null, network: unknown): readonly Problem[] {
  if (refusal === null || refusal.network !== network) return NO_PROBLEMS;
  return JSON.stringify(config) === refusal.config ? refusal.problems.map(asHint) : NO_PROBLEMS;
}

/** A failure of the way there (no answer) may go by itself: it is said, and Start stays usable. */
function asHint(problem: Problem): Problem {
  return problem.code === UNSENT ? { ...problem, severity: "warning" } : problem;
}

const UNSENT = "not_sent";

function toProblem(message: string): Problem {
  return { code: UNSENT, severity: "warning", message };
}

/** Waits until the server holds the document as it is; false where that takes too long. */
function untilSaved(store: EditorStore): Promise<boolean> {
  const isSaved = () => store.getState().savedDocument === store.getState().document;
  if (isSaved()) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (answer: boolean) => {
      clearTimeout(timer);
      unsubscribe();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), SAVE_TIMEOUT_MS);
    const unsubscribe = store.subscribe(() => {
      if (isSaved()) finish(true);
    });
  });
}
