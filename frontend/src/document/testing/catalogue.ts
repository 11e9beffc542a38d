/** A small catalogue for tests: its layers are made up, so that no test leans on a real one's name. */
import type { LayerRead, PortRead, WireDocument } from "../types";

export function port(name: string, options: Partial<PortRead> = {}): PortRead {
  return {
    name,
    axes: "(N, *)",
    ranks: null,
    dtypes: ["float32"],
    variadic: false,
    along: [],
    optional: false,
    ...options,
  };
}

function layer(type: string, family: string, inputs: PortRead[], outputs: PortRead[]): LayerRead {
  return {
    type,
    family,
    aliases: [`${type} by another name`],
    inputs,
    outputs,
    params_schema: {},
    documentation: {
      summary: `What ${type} does.`,
      formula: "",
      shape: "(N, *) -> (N, *)",
      use_when: "",
      pitfalls: "",
      source: "",
    },
    can_be_muted: inputs.length === 1 && outputs.length === 1 && family !== "io",
  };
}

export const LAYERS: LayerRead[] = [
  layer("Input", "io", [], [port("y")]),
  layer("Output", "io", [port("x")], []),
  layer("Filter2d", "convolution", [port("x", { axes: "(N, C, H, W)", ranks: [4] })], [port("y")]),
  layer("Dense", "linear", [port("x", { axes: "(N, F)", ranks: [2] })], [port("y")]),
  layer("Bend", "activation", [port("x")], [port("y")]),
  layer("Sum", "merge", [port("x", { variadic: true })], [port("y")]),
  layer("Split", "shape", [port("x")], [port("left"), port("right")]),
  layer("Pair", "merge", [port("a"), port("b")], [port("y")]),
  {
    ...layer(
      "Memory",
      "recurrent",
      [port("x"), port("state", { optional: true })],
      [port("y"), port("state", { only_if: "with_state" })],
    ),
    params_schema: { properties: { with_state: { type: "boolean", default: false } } },
    can_be_muted: true,
  },
  {
    ...layer("Cut", "shape", [port("x")], [port("part", { count_from: "pieces" })]),
    params_schema: { properties: { pieces: { default: 2 } } },
  },
];

const node = (id: string, type: string) => ({ id, type, params: {}, repeat: 1, muted: false });

/** `image -> conv -> act -> sum -> scores`, with a skip from `image` to `sum`, and a block that nothing uses yet. */
export function sampleDocument(): WireDocument {
  return {
    format: 1,
    name: "Sample",
    network: {
      nodes: [
        node("image", "Input"),
        node("conv", "Filter2d"),
        node("act", "Bend"),
        node("sum", "Sum"),
        node("scores", "Output"),
      ],
      edges: [
        { source: "image", target: "conv" },
        { source: "conv", target: "act" },
        { source: "act", target: "sum" },
        { source: "image", target: "sum" },
        { source: "sum", target: "scores" },
      ],
    },
    blocks: {
      Stage: {
        parameters: { width: 8 },
        nodes: [node("x", "Input"), node("inner", "Bend"), node("y", "Output")],
        edges: [
          { source: "x", target: "inner" },
          { source: "inner", target: "y" },
        ],
      },
    },
    view: {},
  };
}
