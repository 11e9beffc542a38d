import { act, fireEvent, screen } from "@testing-library/react";
import { beforeEach, expect, test } from "vitest";
import type { EditorStore, Problem, WireDocument } from "@/document";
import { renderEditor, reportOf } from "@/test/renderEditor";
import { ProblemsButton, ProblemsPanel } from "./index";

const document: WireDocument = {
  format: 1,
  name: "One",
  network: {
    nodes: [
      { id: "head", type: "Linear", repeat: 1, muted: false },
      { id: "stage", type: "block:Stage", repeat: 1, muted: false },
    ],
  },
  blocks: { Stage: { nodes: [{ id: "conv", type: "Conv2d", repeat: 1, muted: false }] } },
};

const misfit: Problem = {
  code: "rank",
  severity: "error",
  block: "network",
  node: "head",
  path: "head",
  field: "x",
  message: "Linear `head` needs a flat input.",
  fixes: [
    {
      code: "insert",
      label: "Insert Flatten",
      edits: [
        { op: "add_node", block: "network", node: { id: "flat", type: "Flatten", repeat: 1, muted: false } },
        { op: "add_edge", block: "network", edge: { source: "flat", target: "head" } },
      ],
    },
  ],
};
const inside: Problem = {
  code: "unknown_type",
  severity: "warning",
  block: "Stage",
  node: "conv",
  path: "stage.conv",
  message: "Something about `conv`.",
};

let store: EditorStore;
beforeEach(async () => {
  const part = (
    <>
      <ProblemsButton isOpen onToggle={() => {}} />
      <ProblemsPanel />
    </>
  );
  store = renderEditor(part, { document, report: reportOf({ problems: [misfit, inside] }) });
  await screen.findByText("2 problems");
});

test("the count is shown and read out", () => {
  expect(screen.getByText("1 error, 1 warning").closest("[aria-live=polite]")).toBeTruthy();
});

test("each problem says its severity, its sentence and its place", () => {
  expect(screen.getByLabelText("Error")).toBeTruthy();
  expect(screen.getByLabelText("Warning")).toBeTruthy();
  expect(screen.getByRole("button", { name: /needs a flat input.*head/ })).toBeTruthy();
  expect(screen.getByText("in block Stage", { exact: false })).toBeTruthy();
});

test("a click selects the node", () => {
  fireEvent.click(screen.getByRole("button", { name: /needs a flat input/ }));
  expect(store.getState().selection.nodes).toEqual(["head"]);
});

test("a click opens the block in which the node stands", () => {
  fireEvent.click(screen.getByRole("button", { name: /Something about/ }));
  expect(store.getState().level).toEqual(["stage"]);
  expect(store.getState().selection.nodes).toEqual(["conv"]);
});

test("a fix is one step of the history", () => {
  fireEvent.click(screen.getByRole("button", { name: "Insert Flatten" }));
  expect(store.getState().document.network.nodes.map(({ id }) => id)).toContain("flat");
  expect(store.getState().history.entries).toHaveLength(1);
  act(() => store.getState().undo());
  expect(store.getState().document.network.nodes.map(({ id }) => id)).not.toContain("flat");
});

test("a fix that no longer fits changes nothing and does not throw", () => {
  act(() => store.getState().applyEdits([{ op: "remove_node", block: "network", id: "head" }]));
  const before = store.getState().document;
  fireEvent.click(screen.getByRole("button", { name: "Insert Flatten" }));
  expect(store.getState().document).toBe(before);
});
