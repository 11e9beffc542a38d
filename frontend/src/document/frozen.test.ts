import { describe, expect, test } from "vitest";
import { countFrozen, existingFrozen, frozenState, namesOf, pathsOf, renameInTraining, setFrozen } from "./frozen";
import { normalizeDocument } from "./normalize";
import type { CheckReport, NodeReport } from "./types";

const node = (parameters: number): NodeReport => ({ parameters }) as NodeReport;

const report = {
  nodes: {
    stem: node(10),
    stage: node(40),
    "stage.0.x": node(0),
    "stage.0.conv": node(20),
    "stage.1.x": node(0),
    "stage.1.conv": node(20),
    head: node(5),
  },
} as unknown as CheckReport;

const document = normalizeDocument({
  format: 1,
  name: "",
  network: {
    nodes: [
      { id: "stem", type: "Linear" },
      { id: "stage", type: "block:Stage", repeat: 2 },
      { id: "other", type: "block:Stage" },
      { id: "head", type: "Linear" },
    ],
  },
  blocks: { Stage: { nodes: [{ id: "conv", type: "Conv2d" }] } },
  training: { frozen: ["stem", "stage.0.conv", "stage.1.conv", "other.conv"] },
} as unknown as Parameters<typeof normalizeDocument>[0]);

describe("frozen parts of a network", () => {
  test("names leave the numbers of repetitions out", () => {
    expect(namesOf("stage.0.conv")).toEqual(["stage", "conv"]);
  });

  test("a node is frozen by itself, by a block around it, or in part", () => {
    expect(frozenState(["stage"], [], "stage")).toBe("own");
    expect(frozenState(["stage"], ["stage"], "conv")).toBe("block");
    expect(frozenState(["stage.0.conv"], [], "stage")).toBe("part");
    expect(frozenState(["stage.0.conv"], ["stage"], "conv")).toBe("own");
    expect(frozenState(["stage2"], [], "stage")).toBeNull();
  });

  test("a node inside of a repeated block stands for all repetitions", () => {
    expect(pathsOf(report, ["stage"], "conv")).toEqual(["stage.0.conv", "stage.1.conv"]);
    expect(pathsOf(report, [], "stage")).toEqual(["stage"]);
  });

  test("freezing a block takes what is inside of it off the list", () => {
    expect(setFrozen(document, report, [], "stage", true)).toEqual(["stem", "other.conv", "stage"]);
    expect(setFrozen(document, report, [], "stem", false)).toEqual(["stage.0.conv", "stage.1.conv", "other.conv"]);
  });

  test("parameters are counted once where a block and its node are frozen", () => {
    expect(countFrozen(report, ["stage", "stage.0.conv", "stem"])).toBe(50);
    expect(countFrozen(report, ["stage.0.conv", "stage.1.conv"])).toBe(40);
  });

  test("paths of nodes that are gone are left out", () => {
    expect(existingFrozen(["stem", "gone"], report)).toEqual(["stem"]);
  });

  test("a new id is followed in every use of the block", () => {
    expect(renameInTraining(document, "Stage", "conv", "filter")?.frozen).toEqual([
      "stem",
      "stage.0.filter",
      "stage.1.filter",
      "other.filter",
    ]);
    expect(renameInTraining(document, "network", "stem", "first")?.frozen).toContain("first");
  });

  test("a new id is followed by groups of weights and by initialisations", () => {
    const training = {
      ...document.training,
      parameter_groups: [{ nodes: ["stage.1.conv"], lr_factor: 0.1 }],
      initialization: [{ type: "zeros_", nodes: ["other.conv", "stem"] }, { type: "ones_" }],
    };
    const renamed = renameInTraining({ ...document, training }, "Stage", "conv", "filter");
    expect(renamed?.parameter_groups).toEqual([{ nodes: ["stage.1.filter"], lr_factor: 0.1 }]);
    expect(renamed?.initialization).toEqual([{ type: "zeros_", nodes: ["other.filter", "stem"] }, { type: "ones_" }]);
  });
});
