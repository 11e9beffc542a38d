import { expect, it } from "vitest";
import { toHistory, type UnitsEvent } from "./unitsHistory";

const said = (epoch: number, ...layers: [string, number | null, number | null, number][]): UnitsEvent => ({
  type: "units",
  run: "r",
  attempt: 1,
  seq: epoch,
  time: 0,
  elapsed: 0,
  step: 10 * epoch,
  epoch,
  samples: 256,
  layers: layers.map(([node, dead, saturated, passes]) => ({
    node,
    type: "Bend",
    units: 8,
    dead,
    saturated,
    passes,
    is_answer: false,
    sentence: `after ${epoch}`,
  })),
});

it("has what each layer said last, and its shares epoch by epoch", () => {
  const history = toHistory([
    said(1, ["a", 0.5, null, 0.4], ["b", null, 0.1, 1.2]),
    said(2, ["a", 0.75, null, 0.2], ["b", null, 0.3, 0.1]),
  ]);
  expect(history.map(({ now }) => [now.node, now.sentence])).toEqual([
    ["a", "after 2"],
    ["b", "after 2"],
  ]);
  expect(history[0]?.epochs).toEqual([
    { epoch: 1, dead: 0.5, saturated: 0, passes: 0.4 },
    { epoch: 2, dead: 0.75, saturated: 0, passes: 0.2 },
  ]);
  // Some activations are steeper than 1: the picture ends there.
  expect(history[1]?.epochs.map(({ passes }) => passes)).toEqual([1, 0.1]);
  expect(toHistory([])).toEqual([]);
});
