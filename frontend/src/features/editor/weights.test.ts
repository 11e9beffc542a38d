import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { WeightsCompared } from "@/api";
import { createDocumentStore } from "@/document";
import { attachedTo, createWeightsStore, marksAt, startComparing } from "./weights";

const compared = (nodes: Record<string, string>): WeightsCompared =>
  ({
    nodes: Object.fromEntries(Object.entries(nodes).map(([path, state]) => [path, { state, tensors: [] }])),
  }) as never;

const open = (training: object | null) =>
  createDocumentStore({
    document: { format: 1, name: "", network: { nodes: [], edges: [] }, training } as never,
    layers: [],
  });

const ATTACHED = { initial_weights: { source: "file:a", match: "order" } };

describe("marks of a level", () => {
  const answer = compared({
    stem: "kept",
    "stage.0.conv": "kept",
    "stage.1.conv": "new",
    "stage.0.norm": "kept",
    head: "new",
  });

  test("a block's mark joins those of all that is inside", () => {
    expect([...marksAt(answer, [])]).toEqual([
      ["stem", "kept"],
      ["stage", "partial"],
      ["head", "new"],
    ]);
  });

  test("inside of a block all repetitions count", () => {
    expect([...marksAt(answer, ["stage"])]).toEqual([
      ["conv", "partial"],
      ["norm", "kept"],
    ]);
  });
});

describe("what is attached", () => {
  test("is what the training config says", () => {
    expect(attachedTo(open(ATTACHED).getState().document)).toEqual({ source: "file:a", match: "order" });
    expect(attachedTo(open({ initial_weights: null }).getState().document)).toBeNull();
    expect(attachedTo(open(null).getState().document)).toBeNull();
  });
});

describe("comparing", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("asks only while weights are attached, once for each meaning, and forgets them when they are taken off", async () => {
    const store = open(null);
    const weights = createWeightsStore();
    const compare = vi.fn(async () => compared({ head: "kept" }));
    const stop = startComparing(store, weights, compare, String);
    await vi.runAllTimersAsync();
    expect(compare).not.toHaveBeenCalled();
    store.getState().setTraining(ATTACHED);
    await vi.runAllTimersAsync();
    store.getState().setTraining({ ...ATTACHED, epochs: 3 });
    await vi.runAllTimersAsync();
    expect(compare).toHaveBeenCalledTimes(1);
    expect(weights.getState().compared?.nodes.head?.state).toBe("kept");
    store
      .getState()
      .applyEdits([{ op: "add_node", block: "network", node: { id: "a", type: "ReLU" } as never, position: [0, 0] }]);
    await vi.runAllTimersAsync();
    expect(compare).toHaveBeenCalledTimes(2);
    store.getState().setTraining(null);
    expect(weights.getState()).toEqual({ attached: null, compared: null, failure: null });
    stop();
  });

  test("says why there is no answer", async () => {
    const weights = createWeightsStore();
    const refuse = async () => {
      throw new Error("There is no such file of weights.");
    };
    const stop = startComparing(open(ATTACHED), weights, refuse, (error) => (error as Error).message);
    await vi.runAllTimersAsync();
    expect(weights.getState().failure).toBe("There is no such file of weights.");
    stop();
  });
});
