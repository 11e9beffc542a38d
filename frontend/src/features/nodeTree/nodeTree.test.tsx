import { act, fireEvent, screen } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { createCatalogue, normalizeDocument, type WireDocument } from "@/document";
import { layerOf, renderEditor, reportOf } from "@/test/renderEditor";
import { NodeTree } from "./index";
import { createLineBuilder } from "./rows";

const layers = [layerOf("Source", {}, { inputs: [] }), layerOf("Conv"), layerOf("Sink", {}, { outputs: [] })];
const node = (id: string, type: string) => ({ id, type });
const document: WireDocument = {
  format: 1,
  name: "One",
  network: {
    nodes: [node("sink", "Sink"), node("conv", "Conv"), node("source", "Source"), node("loose", "Conv")] as never,
    edges: [
      { source: "source", target: "conv" },
      { source: "conv", target: "sink" },
    ],
  },
};

const lines = () => screen.getAllByRole("treeitem").map((element) => element.dataset.key);
const line = (key: string) => screen.getAllByRole("treeitem").find(({ dataset }) => dataset.key === key) as HTMLElement;
const press = (key: string, options = {}) =>
  fireEvent.keyDown(globalThis.document.activeElement as Element, { key, ...options });

describe("the outline", () => {
  test("lists the nodes in the order of the data, and follows the selection both ways", () => {
    const store = renderEditor(<NodeTree />, { document, layers });
    expect(lines()).toEqual(["node source", "node loose", "node conv", "node sink"]);
    act(() => line("node source").focus());
    expect(store.getState().selection.nodes).toEqual(["source"]);
    press("ArrowDown");
    press("ArrowDown");
    expect(store.getState().selection.nodes).toEqual(["conv"]);
    act(() => (globalThis.document.activeElement as HTMLElement).blur());
    act(() => store.getState().select({ nodes: ["sink"] }));
    expect(line("node sink").getAttribute("aria-selected")).toBe("true");
    expect(line("node sink").tabIndex).toBe(0);
    expect(line("node conv").tabIndex).toBe(-1);
  });

  test("has one line for what is folded, which opens it and chooses all of it", () => {
    const store = renderEditor(<NodeTree />, { document, layers });
    act(() => store.getState().foldNodes(["source", "conv"]));
    expect(lines()).toEqual(["node source", "node loose", "node sink"]);
    expect(line("node source").textContent).toContain("2 folded nodes");
    expect(line("node source").getAttribute("aria-expanded")).toBe("false");
    act(() => line("node source").focus());
    expect(store.getState().selection.nodes).toEqual(["source", "conv"]);
    press("ArrowRight");
    expect(lines()).toEqual(["node source", "node loose", "node conv", "node sink"]);
  });

  test("unfolds what goes in and out, and takes a wire away by Delete on its input", () => {
    const store = renderEditor(<NodeTree />, { document, layers });
    act(() => line("node conv").focus());
    press("ArrowRight");
    expect(lines().slice(2, 5)).toEqual(["node conv", "in conv x", "out conv y"]);
    expect(line("in conv x").textContent).toContain("Input x from source");
    press("ArrowRight");
    press("Delete");
    expect(store.getState().document.network.edges).toHaveLength(1);
    expect(line("in conv x").textContent).toContain("nothing connected");
    expect(store.getState().document.network.nodes).toHaveLength(4);
  });

  test("deletes a node, heals its wires, and goes on with the next", () => {
    const store = renderEditor(<NodeTree />, { document, layers });
    act(() => line("node conv").focus());
    press("Delete");
    expect(store.getState().document.network.edges).toMatchObject([{ source: "source", target: "sink" }]);
    expect((globalThis.document.activeElement as HTMLElement).dataset.key).toBe("node sink");
  });

  test("renames by F2, and says why a name cannot be", () => {
    const store = renderEditor(<NodeTree />, { document, layers });
    act(() => line("node conv").focus());
    press("F2");
    const field = screen.getByLabelText("New name of conv");
    fireEvent.change(field, { target: { value: "sink" } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(field.getAttribute("aria-invalid")).toBe("true");
    fireEvent.change(field, { target: { value: "first" } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(store.getState().document.network.nodes.map(({ id }) => id)).toContain("first");
  });

  test("makes a line anew only where what it says has changed", () => {
    const build = createLineBuilder();
    const first = normalizeDocument(document);
    const here = { document: first, catalogue: createCatalogue(layers), report: null, path: [] };
    const before = build(here);
    const moved = { ...first, view: { network: { conv: [9, 9] as [number, number] } } };
    expect(build({ ...here, document: moved })).toEqual(before);
    expect(build({ ...here, document: moved }).every((one, at) => one === before[at])).toBe(true);
    const tensor = { shape: [null, 4], dtype: "float32" } as never;
    const report = reportOf({ nodes: { conv: { outputs: { y: tensor }, inputs: {} } as never } });
    const after = build({ ...here, report });
    expect(after.map((one, at) => one === before[at])).toEqual([true, true, false, false]);
    expect(after[2]?.shape).toBe("N x 4");
  });
});
