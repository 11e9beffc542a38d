/** The training config with every part there, and small changes of it. No React here. */

import { type Choice, type Curve, modeOf, type OptionRead, type Problem, type TrainingConfig } from "@/api";
import type { JsonSchema } from "@/ui";
import { type ConfigFields, fieldAt } from "./configFields";

type Data = NonNullable<TrainingConfig["data"]>;
type Objective = NonNullable<TrainingConfig["objectives"]>[number];
export type EarlyStopping = NonNullable<TrainingConfig["early_stopping"]>;
export type Checkpoint = NonNullable<TrainingConfig["checkpoint"]>;

/** What the form edits: the wire's config without its optional marks. */
export interface FormConfig extends TrainingConfig {
  data: Data & { split: NonNullable<Data["split"]> };
  objectives: (Objective & { loss: Choice })[];
  metrics: string[];
  optimizer: Choice;
  schedule: NonNullable<TrainingConfig["schedule"]>;
  early_stopping: EarlyStopping | null;
  checkpoint: Checkpoint;
  parameter_groups: NonNullable<TrainingConfig["parameter_groups"]>;
  averaging: Choice | null;
  initialization: NonNullable<TrainingConfig["initialization"]>;
}

/** What a person chose over what is suggested, part by part: a document may hold a config with parts left out. */
export function completeConfig(chosen: Partial<TrainingConfig> | null, suggested: TrainingConfig): FormConfig {
  const base = suggested as FormConfig;
  if (chosen === null) return base;
  const objective = base.objectives[0] as FormConfig["objectives"][number];
  return {
    ...base,
    ...chosen,
    data: { ...base.data, ...chosen.data, split: { ...base.data.split, ...chosen.data?.split } },
    objectives: (chosen.objectives ?? base.objectives).map((one) => ({ ...one, loss: one.loss ?? objective.loss })),
    metrics: chosen.metrics ?? base.metrics,
    optimizer: chosen.optimizer ?? base.optimizer,
    schedule: { ...base.schedule, ...chosen.schedule },
    early_stopping: chosen.early_stopping === undefined ? base.early_stopping : chosen.early_stopping,
    checkpoint: { ...base.checkpoint, ...chosen.checkpoint },
    parameter_groups: (chosen.parameter_groups ?? base.parameter_groups ?? []).map((group) => ({
      ...group,
      lr_factor: group.lr_factor ?? 1,
      weight_decay: group.weight_decay ?? null,
    })),
    averaging: chosen.averaging === undefined ? (base.averaging ?? null) : chosen.averaging,
    initialization: chosen.initialization ?? base.initialization ?? [],
  };
}

export function removeAt<T>(list: readonly T[], index: number): T[] {
  return list.filter((_, place) => place !== index);
}

/** Another schedule at the end of the chain: the first that the server offers, half-way through what is left of the run. */
export function addSchedule(config: FormConfig, schedules: readonly OptionRead[]): FormConfig {
  const chain = config.schedule.chain ?? [];
  const before = chain.at(-1)?.milestone ?? 0;
  const milestone = Math.max(before + 1, Math.floor((before + config.epochs) / 2));
  const next = { type: schedules[0]?.type ?? config.schedule.type ?? "", params: {}, milestone };
  return { ...config, schedule: { ...config.schedule, chain: [...chain, next] } };
}

/** The steps of a curve at which one schedule hands over to the next. */
export function chainBorders(config: FormConfig, curve: Curve): number[] {
  const last = curve.steps.at(-1) ?? 0;
  const { warmup_steps: warmup = 0, chain = [] } = config.schedule;
  const steps = chain.map(({ milestone }) => warmup + (milestone * last) / config.epochs);
  return steps.filter((step) => step < last);
}

export type Clipping = "never" | "norm" | "value";

export function clippingOf(config: FormConfig): Clipping {
  if (typeof config.gradient_clip_norm === "number") return "norm";
  return typeof config.gradient_clip_value === "number" ? "value" : "never";
}

/** Clips in another way, at 1 where nothing was set. */
export function setClipping(config: FormConfig, clipping: Clipping): FormConfig {
  const limit = config.gradient_clip_norm ?? config.gradient_clip_value ?? 1;
  return {
    ...config,
    gradient_clip_norm: clipping === "norm" ? limit : null,
    gradient_clip_value: clipping === "value" ? limit : null,
  };
}

/** The nodes frozen, or no longer. */
export function freezeNodes(config: FormConfig, nodes: readonly string[], isFrozen: boolean): FormConfig {
  const others = (config.frozen ?? []).filter((path) => !nodes.includes(path));
  return { ...config, frozen: isFrozen ? [...others, ...nodes] : others };
}

/** Paths that the network no longer has, taken out of groups and initialisations. */
export function withoutGone(config: FormConfig, exists: (paths: readonly string[]) => string[]): FormConfig {
  const prune = <T extends { nodes?: string[] }>(list: readonly T[]) =>
    list.map((one) => {
      const nodes = exists(one.nodes ?? []);
      return nodes.length === (one.nodes ?? []).length ? one : { ...one, nodes };
    });
  return {
    ...config,
    parameter_groups: prune(config.parameter_groups),
    initialization: prune(config.initialization).filter(
      (rule, index) => rule.nodes?.length !== 0 || config.initialization[index]?.nodes?.length === 0,
    ),
  };
}

export function withoutProperties(schema: JsonSchema, names: readonly string[]): JsonSchema {
  const properties = Object.entries(schema.properties ?? {}).filter(([name]) => !names.includes(name));
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** A further objective, on an Output that has none yet, with the first one's loss and half its weight. */
export function addObjective(config: FormConfig, output: string): FormConfig {
  const [first] = config.objectives;
  if (first === undefined) return config;
  return { ...config, objectives: [...config.objectives, { ...first, output, weight: 0.5 * first.weight }] };
}

/** What a suggestion says nothing about: it stays when one is taken. */
export function weightsOf({ initial_weights, frozen }: Partial<TrainingConfig>): Partial<TrainingConfig> {
  return {
    ...(initial_weights === undefined ? {} : { initial_weights }),
    ...(frozen === undefined ? {} : { frozen }),
  };
}

/** Whether nothing but the weights differs from what is suggested. */
export function isSuggested(config: FormConfig, suggested: TrainingConfig): boolean {
  return JSON.stringify(config) === JSON.stringify(completeConfig(weightsOf(config), suggested));
}

/** Another type begins with its own defaults, but keeps the settings that both have and that were set. */
export function switchChoice<C extends Choice>(choice: C, option: OptionRead): C {
  const known = Object.keys((option.params_schema.properties as object | undefined) ?? {});
  const kept = Object.entries(choice.params ?? {}).filter(([name]) => known.includes(name));
  return { ...choice, type: option.type, params: Object.fromEntries(kept) };
}

/** `value` undefined takes the setting out, so that its default holds again. */
export function setParam<C extends Choice>(choice: C, name: string, value: unknown): C {
  const params = { ...choice.params };
  if (value === undefined) delete params[name];
  else params[name] = value;
  return { ...choice, params };
}

/** What is learnt: what the config says, else the set's own task. */
export function taskOf(config: FormConfig, dataset: { task: string } | undefined): string | undefined {
  return config.data.task === undefined || config.data.task === "own" ? dataset?.task : config.data.task;
}

/** Options that fit a task and a kind of data; an option without such lists fits all. */
export function fittingOptions(
  options: readonly OptionRead[],
  task: string | undefined,
  kind: string | undefined,
): OptionRead[] {
  const fits = (list: readonly string[] | undefined, word: string | undefined) =>
    list === undefined || list.length === 0 || word === undefined || list.includes(word);
  return options.filter((option) => fits(option.tasks, task) && fits(option.kinds, kind));
}

/** What can be watched: loss and metrics of the validation part and of the training part. */
export function monitorNames(config: Pick<FormConfig, "metrics">): string[] {
  return ["val", "train"].flatMap((part) => ["loss", ...config.metrics].map((name) => `${part}/${name}`));
}

/** Watches another value, in the direction in which that one is better. */
export function setMonitor(
  config: FormConfig,
  part: "early_stopping" | "checkpoint",
  monitor: string,
  metrics: readonly OptionRead[],
): FormConfig {
  const mode = modeOf(monitor, metrics);
  const watched = { ...config[part], monitor, ...(mode === null ? {} : { mode }) };
  return { ...config, [part]: watched };
}

/** Metrics in another number: what watched one of those that went now watches the validation loss. */
export function setMetrics(config: FormConfig, metrics: string[]): FormConfig {
  const next = { ...config, metrics };
  const names = monitorNames(next);
  const repair = <M extends { monitor: string; mode: "min" | "max" }>(part: M): M =>
    names.includes(part.monitor) ? part : { ...part, monitor: "val/loss", mode: "min" };
  const watched = next.schedule.params?.monitor;
  const isGone = typeof watched === "string" && !names.includes(watched);
  return {
    ...next,
    schedule: isGone
      ? { ...next.schedule, params: { ...next.schedule.params, monitor: "val/loss", mode: "min" } }
      : next.schedule,
    checkpoint: repair(next.checkpoint),
    early_stopping: next.early_stopping === null ? null : repair(next.early_stopping),
  };
}

/** Another metric in the place of `from`: what watched that one now watches `to`, which is good the same way. */
export function renameMetric(config: FormConfig, from: string, to: string): FormConfig {
  const follow = (monitor: string) => {
    const part = monitor.slice(0, monitor.indexOf("/") + 1);
    return monitor === part + from ? part + to : monitor;
  };
  const { schedule, checkpoint, early_stopping: stopping } = config;
  const watched = schedule.params?.monitor;
  return {
    ...config,
    metrics: [...new Set(config.metrics.map((name) => (name === from ? to : name)))],
    schedule:
      typeof watched === "string"
        ? { ...schedule, params: { ...schedule.params, monitor: follow(watched) } }
        : schedule,
    checkpoint: { ...checkpoint, monitor: follow(checkpoint.monitor) },
    early_stopping: stopping === null ? null : { ...stopping, monitor: follow(stopping.monitor) },
  };
}

function partsOf({ folds, fold = 1, by, validation, test = 0 }: FormConfig["data"]["split"], numSamples: number) {
  const testSamples = Math.round(numSamples * test);
  const rest = numSamples - testSamples;
  const of = (validationSamples: number, left: number) => ({
    testSamples,
    validationSamples,
    trainSamples: Math.max(1, rest - left),
  });
  if (typeof folds !== "number") {
    // As the server draws it: one at least is held out, and one at least is left.
    const wanted = validation > 0 ? Math.max(1, Math.round(numSamples * validation)) : 0;
    const validationSamples = Math.min(wanted, Math.max(0, rest - 1));
    return of(validationSamples, validationSamples);
  }
  if (by === "time") {
    const validationSamples = Math.floor(rest / (folds + 1));
    return of(validationSamples, (folds - fold + 1) * validationSamples);
  }
  const validationSamples = Math.floor(rest / folds) + (fold <= rest % folds ? 1 : 0);
  return of(validationSamples, validationSamples);
}

interface Device {
  id: string;
  memory_bytes?: number | null;
}

/** The memory of the device that is chosen where `needed` bytes are more; of several to choose from, of the largest. */
export function memoryTooSmall(needed: number, device: string, devices: readonly Device[]): number | null {
  const fitting = devices.filter(({ id }) => device === "auto" || id === device);
  const sizes = fitting.map(({ memory_bytes: bytes }) => bytes ?? Number.POSITIVE_INFINITY);
  const largest = Math.max(...sizes);
  return sizes.length > 0 && needed > largest ? largest : null;
}

export interface Lengths {
  trainSamples: number;
  validationSamples: number;
  testSamples: number;
  stepsPerEpoch: number;
  totalSteps: number;
}

/** How many steps a run has; the server's split may differ by a few samples where it keeps the share of each class. */
export function lengthsOf(config: FormConfig, numSamples: number): Lengths {
  const parts = partsOf(config.data.split, numSamples);
  const batches = Math.max(1, Math.ceil(parts.trainSamples / config.data.batch_size));
  const stepsPerEpoch = Math.ceil(batches / Math.max(1, config.accumulate_steps ?? 1));
  return { ...parts, stepsPerEpoch, totalSteps: stepsPerEpoch * config.epochs };
}

/** Problems whose field begins with `prefix`, by what follows: `optimizer.params.lr` under `optimizer.params` is `lr`. */
export function problemsUnder(problems: readonly Problem[], prefix: string): ReadonlyMap<string, Problem[]> {
  const found = new Map<string, Problem[]>();
  for (const problem of problems) {
    const { field } = problem;
    if (typeof field !== "string" || problem.node || !field.startsWith(`${prefix}.`)) continue;
    const rest = field.slice(prefix.length + 1);
    found.set(rest, [...(found.get(rest) ?? []), problem]);
  }
  return found;
}

/** The code of a metric that can only be 1; its number has a field of its own. */
export const ALWAYS_ONE = "metric_needs_classes";

const CHOICE_FIELDS =
  /^(initial_weights|data\.(preprocess|augment|sampler)|objectives\.\d+\.(loss|output)|optimizer|schedule|averaging|parameter_groups|initialization)(\.|$)/;

/** Whether the problem is said at a field of the form; what is not is said below it. */
export function isSaidAtField({ code, field, node }: Problem, fields: ConfigFields): boolean {
  if (code === ALWAYS_ONE) return true;
  if (node || typeof field !== "string" || field.startsWith("frozen")) return false;
  return fieldAt(fields, field) !== undefined || CHOICE_FIELDS.test(field);
}

/** Problems that both lists may hold, once each. */
export function joinProblems(...lists: readonly (readonly Problem[])[]): Problem[] {
  const seen = new Set<string>();
  return lists.flat().filter((problem) => {
    const key = [problem.path ?? problem.node, problem.field, problem.message].join("\n");
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
