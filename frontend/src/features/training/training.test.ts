import { describe, expect, it } from "vitest";
import type { DatasetRead, Fix, OptionRead, Problem, TrainingConfig } from "@/api";
import { createCatalogue, normalizeDocument } from "@/document";
import type { JsonSchema } from "@/ui";
import {
  boundProblems,
  fieldAt,
  fieldChoices,
  numberShape,
  readConfigFields,
  valueAt,
  withValue,
} from "./configFields";
import { defaultSource, feedsNetwork } from "./defaultSource";
import { hasSettings, withSettings } from "./fixes";
import {
  addObjective,
  addSchedule,
  chainBorders,
  clippingOf,
  completeConfig,
  fittingOptions,
  freezeNodes,
  isSaidAtField,
  joinProblems,
  lengthsOf,
  memoryTooSmall,
  monitorNames,
  problemsUnder,
  renameMetric,
  setClipping,
  setMetrics,
  setMonitor,
  setParam,
  switchChoice,
  withoutGone,
} from "./formConfig";

const SUGGESTED: TrainingConfig = {
  data: {
    source: "digits",
    batch_size: 32,
    split: { by: "sample", validation: 0.1, test: 0, seed: 0, stratify: true, fold: 1 },
    sampler: "shuffle",
    task: "own",
  },
  objectives: [{ output: null, target: "label", loss: { type: "LossA", params: {} }, weight: 1 }],
  metrics: ["MetricA"],
  optimizer: { type: "OptimizerA", params: { lr: 0.1 } },
  schedule: { type: "ScheduleA", params: {}, warmup_steps: 0 },
  epochs: 20,
  seed: 0,
  precision: "float32",
  deterministic: false,
  compile: false,
  cuda_graphs: "off",
  device: "auto",
  gradient_clip_norm: null,
  gradient_clip_value: null,
  accumulate_steps: 1,
  l1: 0,
  l2: 0,
  no_decay_on_norms_and_biases: false,
  parameter_groups: [],
  averaging: null,
  initialization: [],
  early_stopping: null,
  checkpoint: { monitor: "val/MetricA", mode: "max", every_epochs: 1, tested: "best", keep: 3 },
};

const SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    epochs: { type: "integer", minimum: 1, maximum: 1000, default: 5 },
    data: { $ref: "#/$defs/Data" },
    early_stopping: { anyOf: [{ $ref: "#/$defs/Early" }, { type: "null" }], default: null },
    objectives: { type: "array", items: { $ref: "#/$defs/Objective" } },
    precision: { enum: ["float32", "bfloat16"], default: "float32" },
  },
  $defs: {
    Data: { type: "object", properties: { split: { $ref: "#/$defs/Split" } } },
    Objective: { type: "object", properties: { weight: { type: "number", minimum: 0, default: 1 } } },
    Split: { type: "object", properties: { validation: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 } } },
    Early: { type: "object", properties: { patience: { type: "integer", minimum: 1, default: 5 } } },
  },
};

function option(type: string, more: Partial<OptionRead> = {}): OptionRead {
  return { type, title: type, description: "", params_schema: {}, ...more };
}

describe("several objectives", () => {
  const config = addObjective(withValue(completeConfig(null, SUGGESTED), "objectives.0.output", "scores"), "early");

  it("are added with the loss of the first and half its weight", () => {
    expect(config.objectives.map(({ output, loss, weight }) => [output, loss.type, weight])).toEqual([
      ["scores", "LossA", 1],
      ["early", "LossA", 0.5],
    ]);
  });

  it("share the bounds of their weight, and each is looked at", () => {
    const fields = readConfigFields(SCHEMA);
    expect(fieldAt(fields, "objectives.1.weight")?.default).toBe(1);
    const wrong = withValue(config, "objectives.1.weight", -1);
    expect(boundProblems(wrong, fields, (path) => path).map(({ field }) => field)).toEqual(["objectives.1.weight"]);
    expect(wrong.objectives[0]).toBe(config.objectives[0]);
  });
});

describe("completeConfig", () => {
  it("takes what is suggested where nothing is chosen", () => {
    expect(completeConfig(null, SUGGESTED)).toBe(SUGGESTED);
    expect(
      completeConfig({ data: { source: "digits", batch_size: 32, sampler: "shuffle", task: "own" } }, SUGGESTED),
    ).toEqual(SUGGESTED);
  });

  it("keeps every choice, part by part", () => {
    const config = completeConfig(
      {
        epochs: 3,
        data: {
          source: "digits",
          batch_size: 7,
          split: { by: "sample", validation: 0.3, test: 0, seed: 1, stratify: false, fold: 1 },
          sampler: "shuffle",
          task: "own",
        },
        early_stopping: null,
      },
      {
        ...SUGGESTED,
        early_stopping: { monitor: "val/loss", mode: "min", patience: 9, min_delta: 0, restore_best_weights: true },
      },
    );
    expect([config.epochs, config.data.batch_size, config.data.split.validation]).toEqual([3, 7, 0.3]);
    expect(config.early_stopping).toBeNull();
    expect(config.optimizer).toEqual(SUGGESTED.optimizer);
  });
});

describe("choices", () => {
  it("keeps a setting that the next type has too and drops the others", () => {
    const next = option("OptimizerB", { params_schema: { properties: { lr: {}, momentum: {} } } });
    const choice = { type: "OptimizerA", params: { lr: 0.5, beta: 0.9 } };
    expect(switchChoice(choice, next)).toEqual({ type: "OptimizerB", params: { lr: 0.5 } });
  });

  it("takes a setting out so that its default holds again", () => {
    expect(setParam({ type: "A", params: { x: 1, y: 2 } }, "x", undefined)).toEqual({ type: "A", params: { y: 2 } });
    expect(setParam({ type: "A" }, "x", 3)).toEqual({ type: "A", params: { x: 3 } });
  });

  it("offers what fits the task and the kind of data", () => {
    const options = [
      option("any"),
      option("classes", { tasks: ["classification"] }),
      option("pictures", { kinds: ["image"] }),
    ];
    expect(fittingOptions(options, "regression", "image").map(({ type }) => type)).toEqual(["any", "pictures"]);
    expect(fittingOptions(options, undefined, undefined)).toHaveLength(3);
  });
});

describe("monitors", () => {
  it("watches loss and metrics of both parts", () => {
    expect(monitorNames({ metrics: ["MetricA"] })).toEqual(["val/loss", "val/MetricA", "train/loss", "train/MetricA"]);
  });

  it("goes on watching a metric whose number changes", () => {
    const config = completeConfig({ metrics: ["MetricA", "Top5Metric"] }, SUGGESTED);
    const watching = {
      ...config,
      checkpoint: { ...config.checkpoint, monitor: "val/Top5Metric", mode: "max" as const },
      early_stopping: { monitor: "train/Top5Metric", mode: "max" as const },
    };
    const renamed = renameMetric(watching as typeof config, "Top5Metric", "Top10Metric");
    expect(renamed.metrics).toEqual(["MetricA", "Top10Metric"]);
    expect(renamed.checkpoint).toMatchObject({ monitor: "val/Top10Metric", mode: "max" });
    expect(renamed.early_stopping).toMatchObject({ monitor: "train/Top10Metric", mode: "max" });
    expect(renameMetric(renamed, "Top10Metric", "MetricA").metrics).toEqual(["MetricA"]);
  });

  it("falls back to the validation loss when the metric that is watched goes", () => {
    const config = setMetrics(completeConfig(null, SUGGESTED), []);
    expect(config.checkpoint).toMatchObject({ monitor: "val/loss", mode: "min", keep: 3 });
  });
});

describe("setMonitor", () => {
  const metrics = [option("MetricA", { mode: "max" }), option("MetricE", { mode: "min" })];
  const watching = (monitor: string) =>
    setMonitor(completeConfig(null, SUGGESTED), "checkpoint", monitor, metrics).checkpoint;

  it("takes the direction from what is watched", () => {
    expect(watching("train/MetricE")).toMatchObject({ monitor: "train/MetricE", mode: "min", keep: 3 });
    expect(watching("val/MetricA").mode).toBe("max");
    expect(watching("val/loss").mode).toBe("min");
  });

  it("leaves the direction where nobody knows it", () => {
    expect(watching("val/other")).toMatchObject({ monitor: "val/other", mode: "max" });
  });
});

describe("lengths", () => {
  it("counts steps as the trainer does: the last batch may be smaller", () => {
    expect(lengthsOf(completeConfig(null, SUGGESTED), 1797)).toEqual({
      trainSamples: 1617,
      validationSamples: 180,
      testSamples: 0,
      stepsPerEpoch: 51,
      totalSteps: 1020,
    });
  });

  it("counts the test part first, which is a share of the whole set as validation is", () => {
    const shared = (split: object) => {
      const config = completeConfig(null, SUGGESTED);
      return lengthsOf({ ...config, data: { ...config.data, split: { ...config.data.split, ...split } } }, 200);
    };
    expect(shared({ validation: 0.001 })).toMatchObject({ trainSamples: 199, validationSamples: 1 });
    expect(shared({ validation: 0.999 })).toMatchObject({ trainSamples: 1, validationSamples: 199 });
    expect(shared({ test: 0.2 })).toMatchObject({ trainSamples: 140, validationSamples: 20, testSamples: 40 });
    expect(shared({ test: 0.2, folds: 4 })).toMatchObject({
      trainSamples: 120,
      validationSamples: 40,
      testSamples: 40,
    });
  });

  it("says what the device has where a step takes more, and nothing where that is not known", () => {
    const devices = [
      { id: "cpu", memory_bytes: 8 },
      { id: "cuda:0", memory_bytes: 16 },
    ];
    expect(memoryTooSmall(9, "cpu", devices)).toBe(8);
    expect(memoryTooSmall(9, "auto", devices)).toBeNull();
    expect(memoryTooSmall(17, "auto", devices)).toBe(16);
    expect(memoryTooSmall(17, "cuda:0", [{ id: "cuda:0", memory_bytes: null }])).toBeNull();
    expect(memoryTooSmall(17, "mps", devices)).toBeNull();
  });

  it("counts the fold that is held out, of which the first are larger by one", () => {
    const folded = (split: object) => {
      const config = completeConfig(null, SUGGESTED);
      return lengthsOf({ ...config, data: { ...config.data, split: { ...config.data.split, ...split } } }, 103);
    };
    expect(folded({ folds: 5, fold: 3 })).toMatchObject({ trainSamples: 82, validationSamples: 21 });
    expect(folded({ folds: 5, fold: 4 })).toMatchObject({ trainSamples: 83, validationSamples: 20 });
    expect(folded({ folds: 4, fold: 1, by: "time" })).toMatchObject({ trainSamples: 23, validationSamples: 20 });
    expect(folded({ folds: 4, fold: 4, by: "time" })).toMatchObject({ trainSamples: 83, validationSamples: 20 });
  });
});

describe("the config's own fields", () => {
  const fields = readConfigFields(SCHEMA);

  it("finds bounds in nested classes, behind an optional one too", () => {
    expect(numberShape(fields, "epochs")).toMatchObject({ isInteger: true, min: 1, max: 1000 });
    expect(numberShape(fields, "data.split.validation")).toMatchObject({
      min: 0,
      isMinOpen: true,
      max: 1,
      isMaxOpen: true,
    });
    expect(numberShape(fields, "early_stopping.patience")).toMatchObject({ min: 1 });
    expect(fieldChoices(fields, "precision")).toEqual(["float32", "bfloat16"]);
  });

  it("names each number that is outside of its bounds", () => {
    const config = withValue(withValue(completeConfig(null, SUGGESTED), "epochs", 0), "data.split.validation", 1);
    const found = boundProblems(config, fields, (path) => path);
    expect(found.map(({ field, severity }) => [field, severity])).toEqual([
      ["epochs", "error"],
      ["data.split.validation", "error"],
    ]);
    expect(boundProblems(completeConfig(null, SUGGESTED), fields, (path) => path)).toEqual([]);
  });

  it("changes one value and keeps the identity of the rest", () => {
    const config = completeConfig(null, SUGGESTED);
    const next = withValue(config, "data.split.seed", 4);
    expect(valueAt(next, "data.split.seed")).toBe(4);
    expect(config.data.split.seed).toBe(0);
    expect(next.optimizer).toBe(config.optimizer);
  });
});

describe("problems", () => {
  const at = (field: string | null, more: Partial<Problem> = {}): Problem => ({
    code: "x",
    severity: "error",
    message: field ?? "",
    field,
    ...more,
  });

  it("go to the field that they name", () => {
    const found = problemsUnder(
      [at("optimizer.params.lr"), at("optimizer.type"), at("schedule.params.lr")],
      "optimizer.params",
    );
    expect([...found.keys()]).toEqual(["lr"]);
  });

  it("are said below the form where they name a node or no field of it", () => {
    const fields = readConfigFields(SCHEMA);
    expect(isSaidAtField(at("epochs"), fields)).toBe(true);
    expect(isSaidAtField(at("optimizer.params.lr"), fields)).toBe(true);
    expect(isSaidAtField(at("shape", { node: "image" }), fields)).toBe(false);
    expect(isSaidAtField(at(null), fields)).toBe(false);
    // What is frozen is chosen in the drawing.
    expect(isSaidAtField(at("frozen"), fields)).toBe(false);
  });

  it("are said once when two answers hold them", () => {
    expect(joinProblems([at("a"), at("b")], [at("b"), at("c")]).map(({ field }) => field)).toEqual(["a", "b", "c"]);
  });
});

describe("ways out", () => {
  const fix = (settings: Fix["settings"]): Fix => ({ code: "x", label: "x", values: {}, edits: [], settings });

  it("put their values at the paths of the config", () => {
    const config = completeConfig(null, SUGGESTED);
    const mended = withSettings(config, fix({ "data.batch_size": 8, "schedule.warmup_steps": 3 }));
    expect([mended.data.batch_size, mended.schedule.warmup_steps]).toEqual([8, 3]);
    expect(mended.data.split).toBe(config.data.split);
    expect(hasSettings(fix({}))).toBe(false);
  });

  it("watch the loss where the metric that was watched goes", () => {
    const mended = withSettings(completeConfig(null, SUGGESTED), fix({ metrics: [] }));
    expect(mended.checkpoint).toMatchObject({ monitor: "val/loss", mode: "min" });
  });
});

describe("defaultSource", () => {
  const catalogue = createCatalogue([
    {
      type: "Net",
      family: "io",
      inputs: [],
      outputs: [
        { name: "x", axes: "(V, F)", ranks: [2], dtypes: ["float32"], variadic: false, along: ["V"], optional: false },
      ],
      params_schema: {},
      documentation: { summary: "", formula: "", shape: "", use_when: "", pitfalls: "", source: "" },
      aliases: [],
      can_be_muted: false,
    },
  ]);
  const dataset = (id: string, state: DatasetRead["state"], input_shape: number[]) =>
    ({ id, state, input_shape }) as unknown as DatasetRead;
  const document = normalizeDocument({
    format: 1,
    name: "n",
    network: { nodes: [{ id: "x", type: "Input", params: { shape: [1, 28, 28] }, repeat: 1, muted: false }] },
  });

  it("takes the data that fits the network's input, what is ready first", () => {
    const fits = [
      dataset("small", "ready", [4]),
      dataset("gone", "missing", [1, 28, 28]),
      dataset("here", "ready", [1, 28, 28]),
    ];
    expect(defaultSource(document, fits, catalogue)).toBe("here");
    expect(defaultSource(document, fits.slice(0, 2), catalogue)).toBe("gone");
    expect(defaultSource(document, fits.slice(0, 1), catalogue)).toBe("small");
    expect(defaultSource(document, [], catalogue)).toBeNull();
  });

  it("gives graphs to a network that takes graphs, and to no other", () => {
    const graphs = [
      dataset("pictures", "ready", [1, 28, 28]),
      { ...dataset("club", "ready", [34]), kind: "graph" },
      { ...dataset("papers", "ready", [1433]), kind: "graph" },
    ] as DatasetRead[];
    const vertices = normalizeDocument({
      format: 1,
      name: "n",
      network: { nodes: [{ id: "g", type: "Net", params: { width: 1433 }, repeat: 1, muted: false }] },
    });
    expect(defaultSource(vertices, graphs, catalogue)).toBe("papers");
    expect(graphs.map((one) => feedsNetwork(one, vertices, catalogue))).toEqual([false, true, true]);
    expect(graphs.map((one) => feedsNetwork(one, document, catalogue))).toEqual([true, false, false]);
    const empty = normalizeDocument({ format: 1, name: "n", network: {} });
    expect(graphs.every((one) => feedsNetwork(one, empty, catalogue))).toBe(true);
  });
});

describe("learning", () => {
  const config = completeConfig(null, SUGGESTED);

  it("fills in what a group or a document leaves out", () => {
    const chosen = completeConfig({ parameter_groups: [{ nodes: ["a"] }] } as never, SUGGESTED);
    expect(chosen.parameter_groups).toEqual([{ nodes: ["a"], lr_factor: 1, weight_decay: null }]);
    expect(chosen.averaging).toBeNull();
    expect(chosen.initialization).toEqual([]);
  });

  it("chains schedules with rising milestones and shows where they meet", () => {
    const twice = addSchedule(addSchedule(config, [option("ScheduleB")]), [option("ScheduleB")]);
    expect(twice.schedule.chain?.map(({ type, milestone }) => [type, milestone])).toEqual([
      ["ScheduleB", 10],
      ["ScheduleB", 15],
    ]);
    expect(chainBorders(twice, { steps: [1, 200], values: [1, 1] })).toEqual([100, 150]);
  });

  it("clips in one way at a time and keeps the limit", () => {
    const byNorm = setClipping(config, "norm");
    expect([clippingOf(config), clippingOf(byNorm)]).toEqual(["never", "norm"]);
    const byValue = setClipping(withValue(byNorm, "gradient_clip_norm", 0.5), "value");
    expect([byValue.gradient_clip_norm, byValue.gradient_clip_value]).toEqual([null, 0.5]);
  });

  it("freezes the nodes of a group in the one list there is", () => {
    const frozen = freezeNodes({ ...config, frozen: ["other"] }, ["a", "b"], true);
    expect(frozen.frozen).toEqual(["other", "a", "b"]);
    expect(freezeNodes(frozen, ["a", "b"], false).frozen).toEqual(["other"]);
  });

  it("forgets nodes that are gone, and rules that were for them alone", () => {
    const rules = [
      { type: "x", nodes: ["gone"] },
      { type: "y", nodes: ["a", "gone"] },
      { type: "z", nodes: [] },
    ];
    const groups = [{ nodes: ["gone", "a"], lr_factor: 1 }];
    const before = { ...config, parameter_groups: groups, initialization: rules } as typeof config;
    const after = withoutGone(before, (paths) => paths.filter((path) => path === "a"));
    expect(after.parameter_groups.map(({ nodes }) => nodes)).toEqual([["a"]]);
    expect(after.initialization.map(({ type, nodes }) => [type, nodes])).toEqual([
      ["y", ["a"]],
      ["z", []],
    ]);
  });

  it("counts updates where batches are accumulated", () => {
    const of4 = { ...config, accumulate_steps: 4 };
    expect(lengthsOf(of4, 1000).stepsPerEpoch).toBe(Math.ceil(lengthsOf(config, 1000).stepsPerEpoch / 4));
  });

  it("lets a schedule watch the loss again when its metric goes", () => {
    const watching = withValue(config, "schedule.params", { monitor: "val/MetricA", mode: "max" });
    expect(setMetrics(watching, []).schedule.params).toEqual({ monitor: "val/loss", mode: "min" });
  });
});
