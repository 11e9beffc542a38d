import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EditorStore } from "@/document";
import { LAYERS, sampleDocument } from "@/document/testing/catalogue";
import { Palette } from "@/features/palette";
import { Canvas, EditorProvider, HistoryMenu, useEditorStore } from "./index";

let store: EditorStore;

function Watch() {
  store = useEditorStore();
  return null;
}

function show(document = sampleDocument()): void {
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <EditorProvider document={document} layers={LAYERS}>
          <Watch />
          <HistoryMenu />
          <Palette />
          <div style={{ width: 1000, height: 800 }}>
            <Canvas />
          </div>
        </EditorProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
}

beforeEach(() => {
  // The check is the server's: here it never answers.
  vi.spyOn(globalThis, "fetch").mockImplementation(() => new Promise(() => {}));
});
afterEach(() => {
  vi.restoreAllMocks();
});

const ids = () => store.getState().document.network.nodes.map(({ id }) => id);
const press = (key: string, held: Partial<KeyboardEventInit> = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, ...held });
const canvas = () => screen.getByTestId("canvas");

describe("the canvas", () => {
  it("shows each node by id and type", async () => {
    show();
    const card = await screen.findByRole("group", { name: "image, Input" });
    expect(within(card).getByText("Input")).toBeTruthy();
  });

  it("says what to do first where nothing is drawn", () => {
    show({ format: 1, name: "Empty" });
    expect(screen.getByText("Nothing is drawn yet")).toBeTruthy();
  });

  it("walks in the order of the data, moves, leaves out and deletes by keys alone", () => {
    show();
    canvas().focus();
    press("Tab");
    expect(store.getState().selection.nodes).toEqual(["image"]);
    press("Tab");
    expect(store.getState().selection.nodes).toEqual(["conv"]);
    const before = store.getState().document.view.network?.conv;
    press("ArrowDown");
    press("ArrowDown");
    expect(store.getState().document.view.network?.conv).toEqual([before?.[0], (before?.[1] ?? 0) + 40]);
    expect(store.getState().history.entries).toHaveLength(1);
    press("m");
    expect(store.getState().document.network.nodes[1]?.muted).toBe(true);
    press("Delete");
    expect(ids()).not.toContain("conv");
    press("z", { ctrlKey: true });
    expect(ids()).toContain("conv");
  });

  it("says why a command cannot be done", async () => {
    show();
    canvas().focus();
    press("Tab");
    press("m");
    expect(await screen.findByText(/image cannot be left out/)).toBeTruthy();
  });

  it("leaves keys alone in a text field", () => {
    show();
    store.getState().select({ nodes: ["conv"] });
    screen.getByTestId("palette-search").focus();
    press("Delete");
    press("m");
    expect(ids()).toContain("conv");
    expect(store.getState().document.network.nodes[1]?.muted).toBe(false);
  });

  it("carries copies through the clipboard's own events", () => {
    show();
    store.getState().select({ nodes: ["conv", "act"] });
    canvas().focus();
    const data = new Map<string, string>();
    const clipboardData = {
      setData: (type: string, text: string) => data.set(type, text),
      getData: (type: string) => data.get(type) ?? "",
    };
    fireEvent.copy(canvas(), { clipboardData });
    fireEvent.paste(canvas(), { clipboardData });
    expect(store.getState().selection.nodes).toEqual(["conv1", "act1"]);
  });
});

describe("connecting by keyboard", () => {
  it("offers what is possible first and draws the wire", async () => {
    show();
    const id = store.getState().addNode("Bend");
    store.getState().select({ nodes: ["act"] });
    canvas().focus();
    press("c");
    const field = await screen.findByRole("combobox", { name: "Type a node's id" });
    fireEvent.change(field, { target: { value: id } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(store.getState().document.network.edges.at(-1)).toMatchObject({ source: "act", target: id });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  });

  it("does not draw what is illegal, and takes away what is there", async () => {
    show();
    store.getState().select({ nodes: ["act"] });
    canvas().focus();
    press("c");
    const field = await screen.findByRole("combobox", { name: "Type a node's id" });
    fireEvent.change(field, { target: { value: "conv" } });
    expect(screen.getByText(/would close a circle/)).toBeTruthy();
    fireEvent.keyDown(field, { key: "Enter" });
    expect(store.getState().document.network.edges).toHaveLength(5);
    fireEvent.change(field, { target: { value: "sum" } });
    fireEvent.keyDown(field, { key: "Enter" });
    expect(store.getState().document.network.edges).toHaveLength(4);
  });
});

describe("the palette", () => {
  it("adds with Enter after the selected node and keeps the keyboard for the next one", () => {
    show({ format: 1, name: "Empty" });
    press("/");
    const field = screen.getByTestId("palette-search");
    expect(document.activeElement).toBe(field);
    for (const name of ["inp", "filt", "outp"]) {
      fireEvent.change(field, { target: { value: name } });
      fireEvent.keyDown(field, { key: "Enter" });
    }
    expect(ids()).toEqual(["input1", "conv1", "output1"]);
    expect(store.getState().document.network.edges.map(({ source, target }) => [source, target])).toEqual([
      ["input1", "conv1"],
      ["conv1", "output1"],
    ]);
    fireEvent.keyDown(field, { key: "Escape" });
    expect(document.activeElement).toBe(canvas());
  });

  it("adds with a double-click", () => {
    show({ format: 1, name: "Empty" });
    fireEvent.doubleClick(screen.getByTestId("palette-Dense"));
    expect(ids()).toEqual(["dense1"]);
  });
});

describe("the list of steps", () => {
  it("says why it is empty", () => {
    show();
    fireEvent.click(screen.getByRole("button", { name: "Steps" }));
    expect(screen.queryByRole("menu")).toBeNull();
    expect(screen.getByText("Nothing has been changed yet.")).toBeTruthy();
  });

  it("goes to any step and keeps those that were undone", async () => {
    show();
    let id = "";
    act(() => {
      store.getState().setName("First");
      id = store.getState().addNode("Bend");
    });
    fireEvent.click(screen.getByRole("button", { name: "Steps" }));
    // Without a layout the menu counts its button as scrolled away and hides.
    const steps = () => screen.findAllByRole("menuitem", { hidden: true });
    expect((await steps()).map((step) => step.textContent)).toEqual([
      `Add ${id}`,
      "Rename the network to First",
      "As it was opened",
    ]);
    expect((await steps())[0]?.getAttribute("aria-current")).toBe("step");
    fireEvent.click((await steps())[2] as HTMLElement);
    expect(ids()).not.toContain(id);
    expect(store.getState().document.name).toBe("Sample");
    await waitFor(() => expect(screen.queryByRole("menu", { hidden: true })).toBeNull());
    fireEvent.click(screen.getByRole("button", { name: "Steps" }));
    expect((await steps())[2]?.getAttribute("aria-current")).toBe("step");
    fireEvent.click((await steps())[0] as HTMLElement);
    expect(ids()).toContain(id);
  });
});

describe("blocks", () => {
  it("are made of the selection with a name, by keys alone, and unpacked again; each is one step", async () => {
    show();
    canvas().focus();
    act(() => store.getState().select({ nodes: ["conv", "act"] }));
    press("g", { ctrlKey: true });
    const name = await screen.findByLabelText("Name of the block");
    expect((name as HTMLInputElement).value).toBe("ConvAct");
    fireEvent.change(name, { target: { value: "two words" } });
    expect(screen.getByText(/is no Python name/)).toBeTruthy();
    fireEvent.change(name, { target: { value: "Stem" } });
    fireEvent.submit(name);
    expect(ids()).toEqual(["image", "sum", "scores", "stem1"]);
    expect(store.getState().selection.nodes).toEqual(["stem1"]);
    expect(store.getState().history.entries).toHaveLength(1);
    canvas().focus();
    press("g", { ctrlKey: true, shiftKey: true });
    expect(ids()).toEqual(["image", "sum", "scores", "conv", "act"]);
    expect(Object.keys(store.getState().document.blocks)).toEqual(["Stage"]);
    expect(store.getState().history.entries).toHaveLength(2);
  });

  it("say why nodes cannot become one", () => {
    show();
    canvas().focus();
    act(() => store.getState().select({ nodes: ["conv", "sum"] }));
    press("g", { ctrlKey: true });
    expect(screen.getByText(/act is fed by the selection and feeds it/)).toBeTruthy();
    expect(screen.queryByLabelText("Name of the block")).toBeNull();
  });

  it("ask before they are unrolled", async () => {
    show();
    act(() => {
      store.getState().addNode("block:Stage");
      store.getState().setNode("stage1", { repeat: 3 });
    });
    canvas().focus();
    press("g", { ctrlKey: true, shiftKey: true });
    expect(ids()).toContain("stage1");
    fireEvent.click(await screen.findByRole("button", { name: "Unpack into 3 nodes" }));
    expect(ids().slice(-3)).toEqual(["stage1_0_inner", "stage1_1_inner", "stage1_2_inner"]);
  });

  it("are not added within themselves", () => {
    show();
    act(() => {
      store.getState().addNode("block:Stage");
      store.getState().openNode("stage1");
    });
    const search = screen.getByTestId("palette-search");
    fireEvent.change(search, { target: { value: "stage" } });
    fireEvent.keyDown(search, { key: "Enter" });
    expect(screen.getByText(/cannot be used within itself/)).toBeTruthy();
    expect(store.getState().document.blocks.Stage?.nodes).toHaveLength(3);
  });

  it("are not pasted within themselves", () => {
    show();
    act(() => {
      store.getState().addNode("block:Stage");
    });
    canvas().focus();
    const data = new Map<string, string>();
    const clipboardData = {
      setData: (type: string, text: string) => void data.set(type, text),
      getData: (type: string) => data.get(type) ?? "",
    };
    fireEvent.copy(document.activeElement ?? document.body, { clipboardData });
    act(() => store.getState().openNode("stage1"));
    canvas().focus();
    fireEvent.paste(document.activeElement ?? document.body, { clipboardData });
    expect(screen.getByText(/cannot be used within itself/)).toBeTruthy();
    expect(store.getState().document.blocks.Stage?.nodes).toHaveLength(3);
  });

  it("come from the library with all that they use, as one step", async () => {
    const at = { created: 0, updated: 0, outline: { nodes: [], edges: [] }, description: "Two in a row." };
    const definition = {
      name: "Twice",
      blocks: {
        Twice: { nodes: [{ id: "inner", type: "block:Stage", params: {}, repeat: 2, muted: false }] },
        Stage: { nodes: [{ id: "other", type: "Bend", params: {}, repeat: 1, muted: false }] },
      },
      view: { Stage: { other: [20, 40] } },
    };
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input) => {
      const { pathname } = new URL(input instanceof Request ? input.url : String(input), "http://localhost");
      if (pathname === "/api/blocks") return Response.json([{ id: "b1", name: "Twice", ...at }]);
      if (pathname === "/api/blocks/b1") return Response.json({ id: "b1", name: "Twice", ...at, definition });
      return new Promise(() => {});
    });
    show();
    fireEvent.doubleClick(await screen.findByTestId("library-Twice"));
    await waitFor(() => expect(ids()).toContain("twice1"));
    const { document: changed, history } = store.getState();
    expect(Object.keys(changed.blocks)).toEqual(["Stage", "Twice", "Stage1"]);
    expect(changed.blocks.Twice?.nodes[0]?.type).toBe("block:Stage1");
    expect(changed.view.Stage1).toEqual({ other: [20, 40] });
    expect(history.entries).toHaveLength(1);
  });
});
