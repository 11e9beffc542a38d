import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { LibraryBlockRead, LibraryBlockSummary } from "@/api";
import type { WireDocument } from "@/document";
import { EditorProvider, useCanvasStore } from "@/features/editor";
import { BlockFileError, readBlockText, writeBlockFile } from "./blockFile";
import { LibraryDialogs } from "./index";

const node = (id: string, type: string) => ({ id, type, params: {}, repeat: 1, muted: false });

const document: WireDocument = {
  format: 1,
  name: "Net",
  network: { nodes: [node("a", "block:Outer")] },
  blocks: { Outer: { nodes: [node("inner", "block:Leaf")] }, Leaf: { nodes: [] }, Other: { nodes: [] } },
  view: { Outer: { inner: [20, 40] } },
};

function kept(name: string): LibraryBlockSummary {
  return { id: `id-${name}`, name, description: "Old.", created: 0, updated: 0, outline: { nodes: [], edges: [] } };
}

interface Asked {
  method: string;
  path: string;
  body: unknown;
}

let asked: Asked[] = [];
let library: LibraryBlockSummary[] = [];
beforeEach(() => {
  asked = [];
  library = [];
  vi.stubGlobal("fetch", async (input: Request) => {
    const path = new URL(input.url).pathname;
    if (input.method !== "GET") asked.push({ method: input.method, path, body: await input.json().catch(() => null) });
    if (path === "/api/check") return new Promise(() => {});
    if (path === "/api/blocks" && input.method === "GET") return Response.json(library);
    return input.method === "DELETE" ? new Response(null, { status: 204 }) : Response.json(library[0] ?? kept("Outer"));
  });
});

function open(dialog: { kind: "library" } | { kind: "saveBlock"; block: string }): void {
  let canvas: ReturnType<typeof useCanvasStore> | null = null;
  function Grab() {
    canvas = useCanvasStore();
    return null;
  }
  render(
    <MantineProvider>
      <Notifications />
      <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
        <EditorProvider document={document} layers={[]}>
          <Grab />
          <LibraryDialogs />
        </EditorProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  act(() => (canvas as ReturnType<typeof useCanvasStore> | null)?.setState({ dialog }));
}

const sent = () => asked.filter(({ path }) => path !== "/api/check");

describe("saving", () => {
  test("sends the block with all that it uses, and nothing else", async () => {
    open({ kind: "saveBlock", block: "Outer" });
    fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "Mine" } });
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent()).toHaveLength(1));
    const [{ method, path, body }] = sent() as [Asked];
    expect([method, path]).toEqual(["POST", "/api/blocks"]);
    const { definition } = body as LibraryBlockRead;
    expect(definition.name).toBe("Mine");
    expect(Object.keys(definition.blocks)).toEqual(["Mine", "Leaf"]);
    expect(definition.view).toEqual({ Mine: { inner: [20, 40] } });
  });

  test("asks whether one of the same name is replaced", async () => {
    library = [kept("Outer")];
    open({ kind: "saveBlock", block: "Outer" });
    await screen.findByText("The library has a block Outer already.");
    expect(screen.getByDisplayValue("Old.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent()).toHaveLength(1));
    expect(sent()[0]).toMatchObject({ method: "PATCH", path: "/api/blocks/id-Outer" });
  });

  test("keeps both where that is chosen", async () => {
    library = [kept("Outer")];
    open({ kind: "saveBlock", block: "Outer" });
    fireEvent.click(await screen.findByLabelText("Keep both"));
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent()[0]).toMatchObject({ method: "POST", path: "/api/blocks" }));
  });

  test("says why a name cannot be", async () => {
    open({ kind: "saveBlock", block: "Outer" });
    fireEvent.change(await screen.findByLabelText("Name"), { target: { value: "two words" } });
    expect(screen.getByText(/letters, digits and _/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Save" })).toHaveProperty("disabled", true);
  });
});

describe("looking after it", () => {
  test("renames, describes, and deletes with a way back", async () => {
    library = [kept("Stage")];
    open({ kind: "library" });
    const name = await screen.findByLabelText("Name of Stage in the library");
    fireEvent.focus(name);
    fireEvent.change(name, { target: { value: "Unit" } });
    fireEvent.blur(name);
    await waitFor(() => expect(sent().at(-1)).toMatchObject({ method: "PATCH", body: { name: "Unit" } }));
    const description = screen.getByLabelText("Description of Stage");
    fireEvent.change(description, { target: { value: "" } });
    fireEvent.blur(description);
    await waitFor(() => expect(sent().at(-1)).toMatchObject({ method: "PATCH", body: { description: "" } }));
    fireEvent.click(screen.getByRole("button", { name: "Delete Stage from the library" }));
    fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sent().at(-1)?.path).toBe("/api/blocks/id-Stage/restore"));
  });

  test("says what to do where nothing is kept", async () => {
    open({ kind: "library" });
    expect(await screen.findByText(/Nothing is kept yet/)).toBeTruthy();
  });
});

describe("a block as a file", () => {
  const block = { ...kept("Stage"), definition: { name: "Stage", blocks: { Stage: {} } } } as LibraryBlockRead;

  test("is read as it was written", () => {
    const { definition, description } = readBlockText(writeBlockFile(block));
    expect({ definition, description }).toEqual({ definition: block.definition, description: "Old." });
  });

  test.each([
    ["{", "notJson"],
    ["[]", "notABlock"],
    ['{"format": 1, "name": "A network"}', "notABlock"],
    ['{"netwright_block": 1, "definition": []}', "notABlock"],
    ['{"netwright_block": 2, "definition": {}}', "notABlock"],
  ])("%s is refused with its reason", (text, reason) => {
    expect(() => readBlockText(text)).toThrow(BlockFileError);
    try {
      readBlockText(text);
    } catch (error) {
      expect((error as BlockFileError).reason).toBe(reason);
    }
  });
});
