import { describe, expect, it } from "vitest";
import type { TrialRead } from "@/api";
import { curlCall, pythonCall } from "./ApiExample";
import { inkBox, place } from "./drawing";
import { readGraph, writeGraph } from "./graphText";

function pixels(width: number, height: number, ink: readonly [number, number][]): Uint8ClampedArray {
  const data = new Uint8ClampedArray(4 * width * height);
  for (const [x, y] of ink) data[4 * (y * width + x)] = 255;
  return data;
}

describe("a drawing", () => {
  it("is cut out where there is ink", () => {
    const drawn = pixels(10, 10, [
      [2, 3],
      [5, 7],
    ]);
    expect(inkBox(drawn, 10, 10, true)).toEqual({ left: 2, top: 3, width: 4, height: 5 });
    expect(inkBox(pixels(10, 10, []), 10, 10, true)).toBeNull();
  });

  it("fills as much as the data's pictures do, in the middle", () => {
    expect(place({ left: 0, top: 0, width: 10, height: 20 }, 100, 0.8)).toEqual({
      left: 30,
      top: 10,
      width: 40,
      height: 80,
    });
  });
});

describe("the calls of a program", () => {
  const table: TrialRead = {
    checkpoint_id: "c1",
    kind: "table",
    task: "classification",
    classes: ["a"],
    target_name: "y",
    are_probabilities: true,
    fields: [{ name: "it's", is_required: false, example: "x" }],
  };

  it("carry a row that a shell and Python read as it is", () => {
    expect(curlCall(table, "http://h")).toContain(`-d '{"rows":[{"it'\\''s":"x"}]}'`);
    expect(pythonCall(table, "http://h")).toContain(`json.dumps({"rows": [{"it's": "x"}]})`);
    expect(pythonCall(table, "http://h")).toContain('"http://h/api/checkpoints/c1/predict"');
  });

  it("write the numbers of the data as short as they are, and nothing as Python does", () => {
    const fields = [5.1, null].map((example, at) => ({
      name: `f${at}`,
      is_required: false,
      example: example === null ? null : Math.fround(example),
    }));
    const numbers: TrialRead = { ...table, fields };
    expect(curlCall(numbers, "http://h")).toContain('{"f0":5.1,"f1":null}');
    expect(pythonCall(numbers, "http://h")).toContain('{"f0": 5.1, "f1": None}');
  });

  it("send pictures as base64", () => {
    const picture: TrialRead = { ...table, kind: "image" };
    expect(curlCall(picture, "http://h")).toContain("base64 -w0 picture.png");
    expect(pythonCall(picture, "http://h")).toContain("b64encode");
  });

  it("save a mask, and ask about a vertex of the data", () => {
    const masks: TrialRead = { ...table, kind: "image", task: "segmentation" };
    expect(pythonCall(masks, "http://h")).toContain('predictions[0]["mask"]');
    expect(pythonCall(masks, "http://h")).toContain("from pathlib import Path");
    const shape = { sample: "vertex", num_samples: 3, features: ["a"], is_directed: false, example: null } as const;
    const graph: TrialRead = { ...table, kind: "graph", graph: { ...shape, features: ["a"] } };
    expect(curlCall(graph, "http://h")).toContain(`-d '{"samples":[0]}'`);
    expect(pythonCall(graph, "http://h")).toContain('json.dumps({"samples": [0]})');
  });
});

describe("a graph as text", () => {
  const graph = {
    x: [
      [1, "b"],
      [null, "c"],
    ],
    edges: [[0, 1]],
    directed: null,
  };

  it("comes back as it was written", () => {
    expect(readGraph(writeGraph(graph), 2)).toEqual(graph);
    expect(readGraph('{"x": [[1]], "directed": true}', 1)).toEqual({ x: [[1]], edges: [], directed: true });
  });

  it.each([
    ["{", 1, "json", expect.any(String)],
    ["[1]", 1, "x", "1"],
    ['{"x": [[1], [2, 3]]}', 1, "row", "1"],
    ['{"x": [[1], [true]]}', 1, "row", "1"],
    ['{"x": [[1]], "edges": [[0, 1]]}', 1, "edge", "[0,1]"],
    ['{"x": [[1]], "edges": [[0]]}', 1, "edge", "[0]"],
  ])("is told where it is wrong: %s", (text, numFeatures, fault, what) => {
    expect(readGraph(text, numFeatures)).toEqual({ fault, what });
  });
});
