import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import { type ComponentType, createElement, memo, Profiler } from "react";
import { MemoryRouter } from "react-router";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { CheckReport, EditorStore } from "@/document";
import { LAYERS, sampleDocument } from "@/document/testing/catalogue";
import { Palette } from "@/features/palette";
import type { FlowEdge, FlowNode } from "./canvas/flow";
import { Canvas, EditorProvider, useEditorStore } from "./index";

/** How often each part was rendered since the last look. */
const renders = vi.hoisted(() => new Map<string, number>());
const count = (name: string) => renders.set(name, (renders.get(name) ?? 0) + 1);

/** The part with React's own count around it: inside the memo, so that what is not rendered is not counted. */
function counted<Props extends object>(Part: unknown, nameOf: (props: Props) => string) {
  const { type, compare } = Part as { type: ComponentType<Props>; compare: null };
  expect(compare, "a memo that compares by itself would have to be asked").toBeNull();
  return memo((props: Props) => (
    <Profiler id={nameOf(props)} onRender={count}>
      {createElement(type, props)}
    </Profiler>
  ));
}

vi.mock("./canvas/NodeCard", async (load) => {
  const real = await load<typeof import("./canvas/NodeCard")>();
  return { ...real, NodeCard: counted<{ data: FlowNode["data"] }>(real.NodeCard, ({ data }) => data.node.id) };
});
vi.mock("./canvas/Wire", async (load) => {
  const real = await load<typeof import("./canvas/Wire")>();
  return { ...real, Wire: counted<FlowEdge>(real.Wire, ({ id }) => id) };
});

let store: EditorStore;

function Watch() {
  store = useEditorStore();
  return null;
}

const StillPalette = memo(() => (
  <Profiler id="palette" onRender={count}>
    <Palette />
  </Profiler>
));

/** What a check answers where the filters give so many channels. */
function report(channels: number): CheckReport {
  const gives = (shape: (number | null)[]) => ({
    outputs: { y: { shape, dtype: "float32" as const } },
    parameters: 0,
    buffers: 0,
    macs: 0,
    activation_bytes: 0,
    summary: "",
  });
  const grey = gives([null, 1, 8, 8]);
  const nodes = { image: grey, conv: gives([null, channels, 8, 8]), act: grey, sum: grey };
  return { ok: true, nodes, problems: [] } as unknown as CheckReport;
}

/** What is rendered by `change`, each with how often. */
async function renderedBy(change: () => void): Promise<Record<string, number>> {
  renders.clear();
  await act(async () => {
    change();
    // The canvas hands what has changed on in a frame of its own.
    await new Promise((resolve) => setTimeout(resolve, 100));
  });
  return Object.fromEntries(renders);
}

/** A canvas that is large enough for all cards, for those out of sight are not rendered. */
function enlarge(side: "offsetWidth" | "offsetHeight", usual: number): void {
  vi.spyOn(HTMLElement.prototype, side, "get").mockImplementation(function (this: HTMLElement) {
    return this.classList.contains("react-flow__renderer") ? 4000 : usual;
  });
}

beforeEach(async () => {
  enlarge("offsetWidth", 200);
  enlarge("offsetHeight", 60);
  vi.spyOn(globalThis, "fetch").mockImplementation(() => new Promise(() => {}));
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <EditorProvider document={sampleDocument()} layers={LAYERS}>
            <Watch />
            <StillPalette />
            <div style={{ width: 1000, height: 800 }}>
              <Canvas />
            </div>
          </EditorProvider>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByRole("group", { name: "image, Input" }, { timeout: 15_000 });
  await act(async () => store.getState().setReport(report(16)));
});
afterEach(() => {
  vi.restoreAllMocks();
});

it("counts every card and panel once when all is drawn for the first time", () => {
  for (const id of ["image", "conv", "act", "sum", "palette"]) expect(renders.get(id), id).toBeGreaterThan(0);
});

it("an edited setting renders its card and the wires at it, once each", async () => {
  const rendered = await renderedBy(() => store.getState().setParam("conv", "filters", 3));
  expect(rendered).toEqual({ conv: 1, "image.y>conv.x": 1, "conv.y>act.x": 1 });
});

it("a selection renders the card that is chosen, the one that no longer is and wires at them", async () => {
  await act(async () => store.getState().select({ nodes: ["conv"] }));
  const rendered = await renderedBy(() => store.getState().select({ nodes: ["act"] }));
  const isWire = (id: string) => id.includes(">");
  expect(
    Object.keys(rendered)
      .filter((id) => !isWire(id))
      .sort(),
  ).toEqual(["act", "conv"]);
  for (const wire of Object.keys(rendered).filter(isWire)) expect(wire).toMatch(/(conv|act)\.[xy]/);
});

it("a check renders the wire whose shape it changed, and no card or panel", async () => {
  expect(await renderedBy(() => store.getState().setReport(report(16)))).toEqual({});
  const rendered = await renderedBy(() => store.getState().setReport(report(20)));
  expect(Object.keys(rendered)).toEqual(["conv.y>act.x"]);
});

it("another name of the network renders nothing that is drawn", async () => {
  expect(await renderedBy(() => store.getState().setName("Other"))).toEqual({});
});
