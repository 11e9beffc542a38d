import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import type { CheckReport, EditorStore, LayerRead, WireDocument } from "@/document";
import { EditorProvider, useEditorStore } from "@/features/editor";

export const NO_TOTALS: CheckReport["totals"] = {
  parameters: 0,
  buffers: 0,
  macs: 0,
  activation_bytes: 0,
  parameter_bytes: 0,
  training_bytes: 0,
  batch_size: 1,
};

export function reportOf(part: Partial<CheckReport>): CheckReport {
  return { ok: (part.problems ?? []).length === 0, nodes: {}, totals: NO_TOTALS, problems: [], ...part };
}

/** A layer as the catalogue has it, with the settings that a test needs. */
export function layerOf(type: string, params_schema: object = {}, part: Partial<LayerRead> = {}): LayerRead {
  const port = { axes: "(N, *)", ranks: null, dtypes: ["float32"], variadic: false, along: [], optional: false };
  return {
    type,
    family: "convolution",
    inputs: [{ ...port, name: "x" }],
    outputs: [{ ...port, name: "y" }],
    params_schema: { type: "object", properties: params_schema },
    documentation: {
      summary: `What ${type} does.`,
      formula: "",
      shape: "(N, *) -> (N, *)",
      use_when: "Often.",
      pitfalls: "None.",
      source: "https://example.org/docs",
    },
    can_be_muted: true,
    aliases: [],
    ...part,
  };
}

interface Options {
  document: WireDocument;
  layers?: LayerRead[];
  /** What the check answers, at any time. */
  report?: CheckReport;
  isReadOnly?: boolean;
}

/** Renders a part of the editor page around a document; gives the store that stands behind it. */
export function renderEditor(
  part: ReactNode,
  { document, layers = [], report = reportOf({}), isReadOnly = false }: Options,
): EditorStore {
  vi.stubGlobal("fetch", async () => Response.json(report));
  let store: EditorStore | null = null;
  function Grab() {
    store = useEditorStore();
    return null;
  }
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <MemoryRouter>
          <EditorProvider document={document} layers={layers} revision={1} isReadOnly={isReadOnly}>
            <Grab />
            {part}
          </EditorProvider>
        </MemoryRouter>
      </QueryClientProvider>
    </MantineProvider>,
  );
  if (store === null) throw new Error("The editor was not rendered.");
  return store;
}
