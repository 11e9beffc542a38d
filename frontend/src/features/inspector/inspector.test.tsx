import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import type { WireDocument } from "@/document";
import { layerOf, renderEditor, reportOf } from "@/test/renderEditor";
import { Inspector } from "./index";

const size = { type: "integer", minimum: 1 };
const layers = [
  layerOf("Conv2d", {
    out_channels: { ...size, default: 32, description: "How many filters.", unit: "channels" },
    bias: { type: "boolean", default: true, description: "An offset." },
  }),
  layerOf("ReLU", {}, { family: "activation" }),
  layerOf("Input", {}, { family: "io", can_be_muted: false }),
];

function node(id: string, type: string, params: Record<string, unknown> = {}) {
  return { id, type, params, repeat: 1, muted: false };
}

const document: WireDocument = {
  format: 1,
  name: "Small CNN",
  network: {
    parameters: { width: 16 },
    nodes: [
      node("image", "Input"),
      node("conv1", "Conv2d", { out_channels: "=2*width" }),
      node("conv2", "Conv2d", { out_channels: 8 }),
      node("act", "ReLU"),
      node("odd", "Wavelet", { level: 3 }),
      node("stage", "block:Stage", { depth: "=width" }),
    ],
  },
  blocks: { Stage: { parameters: { depth: 4 }, nodes: [node("inner", "Conv2d", { out_channels: "=depth" })] } },
};

const report = reportOf({
  nodes: {
    conv1: {
      inputs: { x: { shape: [null, 1, 28, 28], dtype: "float32" } },
      outputs: { y: { shape: [null, 32, 28, 28], dtype: "float32" } },
      parameters: 11_689_512,
      buffers: 0,
      macs: 1_814_073_344,
      activation_bytes: 49_073_357,
      summary: "",
    },
  },
  problems: [
    {
      code: "range",
      severity: "error",
      block: "network",
      node: "conv1",
      field: "out_channels",
      message: "out_channels of `conv1` is too small.",
      fixes: [
        {
          code: "set_param",
          label: "Use 1",
          edits: [{ op: "set_param", block: "network", id: "conv1", name: "out_channels", value: 1 }],
        },
      ],
    },
  ],
});

function open(...nodes: string[]) {
  const store = renderEditor(<Inspector />, { document, layers, report });
  act(() => store.getState().select({ nodes }));
  const params = (id: string) => store.getState().document.network.nodes.find((other) => other.id === id)?.params;
  return { store, params };
}

function write(label: string, text: string) {
  const input = screen.getByLabelText(label, { selector: "input" });
  fireEvent.focus(input);
  fireEvent.change(input, { target: { value: text } });
  return input;
}

describe("one node", () => {
  test("what is written in one go is one step of the history", () => {
    const { store, params } = open("conv2");
    const input = write("out_channels", "1");
    fireEvent.change(input, { target: { value: "16" } });
    fireEvent.blur(input);
    expect(params("conv2")).toEqual({ out_channels: 16 });
    expect(store.getState().history.entries).toHaveLength(1);
    fireEvent.blur(write("out_channels", "24"));
    expect(store.getState().history.entries).toHaveLength(2);
  });

  test("an emptied field takes the setting out of the document", () => {
    const { params } = open("conv2");
    fireEvent.blur(write("out_channels", ""));
    expect(params("conv2")).toEqual({});
  });

  test("shapes and costs are shown with their exact values on hover", async () => {
    open("conv1");
    expect(await screen.findByText("N x 32 x 28 x 28")).toBeTruthy();
    expect(screen.getByTitle("11,689,512").textContent).toBe("11.7 M");
    expect(screen.getByTitle("1,814,073,344 MAC").textContent).toBe("1.81 GMAC");
    expect(screen.getByTitle("49,073,357 B").textContent).toBe("46.8 MiB");
  });

  test("a problem of a field stands at the field, with its fix", async () => {
    const { params } = open("conv1");
    fireEvent.click(await screen.findByRole("button", { name: "Use 1" }));
    expect(params("conv1")).toEqual({ out_channels: 1 });
  });

  test("a new id is taken on Enter; an illegal one is refused with the reason", () => {
    const { store } = open("conv2");
    const input = screen.getByLabelText("Name of this node");
    fireEvent.focus(input);
    fireEvent.change(input, { target: { value: "conv1" } });
    expect(input.getAttribute("aria-invalid")).toBe("true");
    fireEvent.keyDown(input, { key: "Enter" });
    expect((input as HTMLInputElement).value).toBe("conv1");
    fireEvent.blur(input);
    expect(store.getState().selection.nodes).toEqual(["conv2"]);
    fireEvent.focus(input);
    fireEvent.change(input, { target: { value: "stem" } });
    fireEvent.blur(input);
    expect(store.getState().selection.nodes).toEqual(["stem"]);
  });

  test("leaving out works where it has a meaning, and says why where it has none", () => {
    const { store } = open("act");
    fireEvent.click(screen.getByRole("switch", { name: "Leave out" }));
    expect(store.getState().document.network.nodes[3]?.muted).toBe(true);
    act(() => store.getState().select({ nodes: ["image"] }));
    const switches = screen.getByRole("switch", { name: "Leave out" });
    expect(switches.getAttribute("aria-disabled")).toBe("true");
    fireEvent.click(switches);
    expect(store.getState().document.network.nodes[0]?.muted).toBe(false);
    expect(screen.getAllByText(/Input cannot be left out/).length).toBeGreaterThan(0);
  });

  test("a node of an unknown type is shown as it is", () => {
    open("odd");
    expect(screen.getByText(/does not know Wavelet/)).toBeTruthy();
    expect(screen.getByText(/"level": 3/)).toBeTruthy();
  });

  test("a block's node has the block's parameters, a repeat and a way in", () => {
    const { store, params } = open("stage");
    write("depth", "6");
    expect(params("stage")).toEqual({ depth: 6 });
    fireEvent.blur(write("Repeat", "3"));
    expect(store.getState().document.network.nodes[5]?.repeat).toBe(3);
    fireEvent.click(screen.getByRole("button", { name: "Open this block" }));
    expect(store.getState().level).toEqual(["stage"]);
  });
});

describe("several nodes", () => {
  test("of one type share a form, and one change is one step for all", () => {
    const { store, params } = open("conv1", "conv2");
    expect(screen.getByLabelText("out_channels", { selector: "input" })).toHaveProperty(
      "placeholder",
      "different values",
    );
    fireEvent.blur(write("out_channels", "64"));
    expect([params("conv1"), params("conv2")]).toEqual([{ out_channels: 64 }, { out_channels: 64 }]);
    expect(store.getState().history.entries).toHaveLength(1);
  });

  test("of different types are counted", () => {
    open("conv1", "act");
    expect(screen.getByText("2 nodes")).toBeTruthy();
    expect(screen.getByText(/different types/)).toBeTruthy();
  });
});

describe("nothing selected", () => {
  test("a parameter that is renamed is renamed in every expression, as one step", () => {
    const { store, params } = open();
    const input = screen.getByLabelText("Name of parameter width");
    fireEvent.focus(input);
    fireEvent.change(input, { target: { value: "channels" } });
    fireEvent.blur(input);
    expect(store.getState().document.network.parameters).toEqual({ channels: 16 });
    expect(params("conv1")).toEqual({ out_channels: "=2*channels" });
    expect(params("stage")).toEqual({ depth: "=channels" });
    expect(store.getState().history.entries).toHaveLength(1);
  });

  test("a block's parameter is renamed where the block is used too", () => {
    const { store, params } = open();
    act(() => store.getState().openLevel(["stage"]));
    const input = screen.getByLabelText("Name of parameter depth");
    fireEvent.focus(input);
    fireEvent.change(input, { target: { value: "features" } });
    fireEvent.blur(input);
    expect(store.getState().document.blocks.Stage?.nodes[0]?.params).toEqual({ out_channels: "=features" });
    expect(params("stage")).toEqual({ features: "=width" });
  });

  test("parameters come, change and go", async () => {
    const { store } = open();
    fireEvent.click(screen.getByRole("button", { name: "Add parameter" }));
    fireEvent.blur(write("Value of width2", "2.5"));
    expect(store.getState().document.network.parameters).toEqual({ width: 16, width2: 2.5 });
    fireEvent.click(screen.getByRole("button", { name: "Remove width" }));
    await waitFor(() => expect(store.getState().document.network.parameters).toEqual({ width2: 2.5 }));
  });

  test("a block that is used cannot be deleted, and says why", () => {
    open();
    const button = screen.getByRole("button", { name: "Delete block Stage" });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(screen.getByText("One node uses this block. Delete it first.")).toBeTruthy();
  });
});

describe("the weights of a node", () => {
  const weights = () => screen.getByRole("combobox", { name: "Weights" }) as HTMLInputElement;

  test("become those of another node of its type, in one step", async () => {
    const { store } = open("conv2");
    expect(weights().value).toBe("Its own");
    fireEvent.click(weights());
    fireEvent.click(await screen.findByRole("option", { name: "Shared with conv1" }));
    const shared = () => store.getState().document.network.nodes.find(({ id }) => id === "conv2");
    expect(shared()).toMatchObject({ share: "conv1", params: { out_channels: "=2*width" } });
    act(() => store.getState().undo());
    expect(shared()).toMatchObject({ share: null, params: { out_channels: 8 } });
  });

  test("say who else uses them", () => {
    const { store } = open("conv1");
    act(() => store.getState().shareWeights("conv2", "conv1"));
    expect(screen.queryByText(/Also used by conv2/)).not.toBeNull();
  });

  test("are no question for a node that has no other of its type", () => {
    open("act");
    expect(screen.queryByRole("combobox", { name: "Weights" })).toBeNull();
  });
});

describe("a number and its name", () => {
  test("one click makes a setting a parameter of the open block, another puts the number back", () => {
    const { store } = open();
    act(() => {
      store.getState().openLevel(["stage"]);
      store.getState().applyEdits([{ op: "set_param", block: "Stage", id: "inner", name: "out_channels", value: 8 }]);
      store.getState().select({ nodes: ["inner"] });
    });
    fireEvent.click(screen.getByRole("button", { name: "Make out_channels a parameter of Stage" }));
    expect(store.getState().document.blocks.Stage?.parameters).toEqual({ depth: 4, channels: 8 });
    expect(store.getState().document.blocks.Stage?.nodes[0]?.params).toEqual({ out_channels: "=channels" });
    fireEvent.click(screen.getByRole("button", { name: "Put the number of out_channels in its place" }));
    expect(store.getState().document.blocks.Stage?.parameters).toEqual({ depth: 4 });
    expect(store.getState().document.blocks.Stage?.nodes[0]?.params).toEqual({ out_channels: 8 });
  });

  test("a default can be one too, at the network", () => {
    const { store, params } = open("conv2");
    fireEvent.blur(write("out_channels", ""));
    fireEvent.click(screen.getByRole("button", { name: "Make out_channels a parameter of the network" }));
    expect(store.getState().document.network.parameters).toEqual({ width: 16, channels: 32 });
    expect(params("conv2")).toEqual({ out_channels: "=channels" });
  });
});

describe("a block", () => {
  test("says what its parameters set, and how often it is used", () => {
    open("stage");
    expect(screen.getByText("Sets inner.out_channels.")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Find the uses of Stage" }).textContent).toBe("used once");
  });

  test("can be opened where nothing can be changed", () => {
    const store = renderEditor(
      <fieldset disabled>
        <Inspector />
      </fieldset>,
      { document, layers, report, isReadOnly: true },
    );
    expect(screen.getByText("used once")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Delete block Stage" })).toBeNull();
    fireEvent.click(screen.getByRole("link", { name: "Open" }));
    expect(store.getState().level).toEqual(["stage"]);
  });

  test("is renamed where it stands, and every use follows", () => {
    const { store } = open("stage");
    const input = screen.getByLabelText("Name of block Stage");
    fireEvent.focus(input);
    fireEvent.change(input, { target: { value: "network" } });
    expect(screen.getByText("There is a block network already.")).toBeTruthy();
    fireEvent.change(input, { target: { value: "Unit" } });
    fireEvent.blur(input);
    expect(Object.keys(store.getState().document.blocks)).toEqual(["Unit"]);
    expect(store.getState().document.network.nodes[5]?.type).toBe("block:Unit");
    expect(store.getState().history.entries).toHaveLength(1);
  });

  test("used twice can have a copy of its own at one use; used once it says that it has", () => {
    const { store } = open("stage");
    const button = screen.getByRole("button", { name: "Give it its own copy" });
    expect(button.getAttribute("aria-disabled")).toBe("true");
    act(() => {
      store.getState().addNode("block:Stage");
      store.getState().select({ nodes: ["stage"] });
    });
    fireEvent.click(screen.getByRole("button", { name: "Give it its own copy" }));
    expect(store.getState().document.network.nodes[5]?.type).toBe("block:Stage1");
    expect(store.getState().document.blocks.Stage1).toEqual(store.getState().document.blocks.Stage);
  });

  test("finds its uses, and goes there", async () => {
    const { store } = open();
    fireEvent.click(screen.getByRole("button", { name: "Find the uses of Stage" }));
    fireEvent.click(await screen.findByRole("menuitem", { name: "stage" }));
    expect(store.getState().selection.nodes).toEqual(["stage"]);
  });

  test("is duplicated from the list", async () => {
    const { store } = open();
    fireEvent.click(screen.getByRole("button", { name: "More about block Stage" }));
    fireEvent.click(await screen.findByRole("menuitem", { name: "Duplicate" }));
    expect(Object.keys(store.getState().document.blocks)).toEqual(["Stage", "Stage1"]);
  });
});
