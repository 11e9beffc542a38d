import { applyEdits } from "../edits";
import { canRedo, canUndo, type HistoryMode, jump, mapSnapshots, push, RECORD, seal } from "../history";
import { resolveLevel } from "../levels";
import { makeRoom } from "../placement";
import type { GetState, Selection, SetState, Snapshot } from "../store";
import type { Document, Edit, Fix, JsonValue, Label } from "../types";
import { blockOf } from "../types";
import { carriedWays } from "../ways";
import { pruneSelection } from "./selection";

export interface EditOptions {
  history?: HistoryMode;
  /** What the history list says; left out, it is made from the first edit. */
  label?: Label;
  /** What is selected afterwards; left out, the selection stays as far as it still exists. */
  select?: Selection;
}

export interface EditActions {
  /** Applies edits as one step. Throws `EditError` and changes nothing where one of them names what is not there. */
  applyEdits(edits: readonly Edit[], options?: EditOptions): void;
  /** Applies a problem's fix as one step, with room made for nodes that it inserts, and selects what it touched. */
  applyFix(fix: Fix): void;
  setName(name: string): void;
  /** Keeps the training form's config in the document. It is not part of the history. */
  setTraining(training: Document["training"]): void;
  setBlockParameter(name: string, value: number | null, block?: string): void;
  undo(): void;
  redo(): void;
  /** Goes to the state after the first `position` entries of the history. */
  jumpTo(position: number): void;
  /** Ends a run of merged changes (the slider was let go). */
  sealHistory(): void;
}

export function createEditActions(set: SetState, get: GetState): EditActions {
  function apply(edits: readonly Edit[], options: EditOptions = {}): void {
    if (edits.length === 0 || get().isReadOnly) return;
    const { document, catalogue, level, selection, history } = get();
    const given = applyEdits(document, edits);
    const carried = carriedWays(document, given, catalogue, edits);
    const mode = options.history ?? RECORD;
    const after = applyEdits(given, carried);
    if (mode.kind === "ignore") {
      const change = (snapshot: Snapshot) => ({ ...snapshot, document: applyWhereItFits(snapshot.document, edits) });
      set({ document: after, history: mapSnapshots(history, change) });
      return;
    }
    const next: Snapshot = {
      document: after,
      level: resolveLevel(after, level).path,
      selection: pruneSelection(options.select ?? selection, resolveLevel(after, level).block),
    };
    const label = options.label ?? labelOf(edits);
    set({ ...next, history: push(history, mode, label, { document, level, selection }, next) });
  }

  function go(position: number): void {
    const result = jump(get().history, position);
    if (!result) return;
    // The training config is no part of the history: it stays as it is.
    const document = { ...result.state.document, training: get().document.training };
    set({ ...result.state, document, history: result.history });
  }

  return {
    applyEdits: apply,
    applyFix: (fix) => {
      const inserted = fix.edits.flatMap((edit) => (edit.op === "add_node" ? [edit] : []));
      const room = inserted[0] ? roomFor(get(), fix, inserted[0].block) : [];
      const touched = touchedBy(fix.edits);
      apply([...fix.edits, ...room], {
        label: { key: "history.fix", values: { label: fix.label } },
        ...(touched.length > 0 ? { select: { nodes: touched, edges: [] } } : {}),
      });
    },
    setName: (name) => apply([{ op: "set_name", name }]),
    setTraining: (training) => {
      if (!get().isReadOnly) set({ document: { ...get().document, training } });
    },
    setBlockParameter: (name, value: JsonValue, block) => {
      const target = block ?? resolveLevel(get().document, get().level).blockName;
      apply([{ op: "set_parameter", block: target, name, value: value as number | null }]);
    },
    undo: () => canUndo(get().history) && go(get().history.position - 1),
    redo: () => canRedo(get().history) && go(get().history.position + 1),
    jumpTo: go,
    sealHistory: () => set({ history: seal(get().history) }),
  };
}

/** An ignored change on an older snapshot: each edit where its node exists, else not. */
function applyWhereItFits(document: Document, edits: readonly Edit[]): Document {
  return edits.reduce((current, edit) => {
    if (!("block" in edit)) return applyEdits(current, [edit]);
    const block = blockOf(current, edit.block);
    if (!block) return current;
    if ("id" in edit && !block.nodes.some((node) => node.id === edit.id)) return current;
    return applyEdits(current, [edit]);
  }, document);
}

function roomFor(state: ReturnType<GetState>, fix: Fix, blockName: string): Edit[] {
  const fixed = applyEdits(state.document, fix.edits);
  const block = blockOf(fixed, blockName);
  if (!block) return [];
  const stored = state.document.view[blockName] ?? {};
  const ids = fix.edits.flatMap((edit) => (edit.op === "add_node" ? [edit.node.id] : []));
  return makeRoom({ document: fixed, block, catalogue: state.catalogue }, blockName, stored, ids);
}

function touchedBy(edits: readonly Edit[]): string[] {
  const ids = edits.flatMap((edit) => {
    if (edit.op === "add_node") return [edit.node.id];
    return edit.op === "set_param" || edit.op === "set_node" ? [edit.id] : [];
  });
  return [...new Set(ids)];
}

function labelOf(edits: readonly Edit[]): Label {
  const [first] = edits;
  if (!first) return { key: "history.change" };
  const key = `history.${first.op}`;
  if (first.op === "add_node") return { key, values: { id: first.node.id } };
  if (first.op === "add_edge" || first.op === "remove_edge" || first.op === "set_way") {
    return { key, values: { source: first.edge.source, target: first.edge.target } };
  }
  if (first.op === "rename_node") return { key, values: { id: first.id, newId: first.new_id } };
  if (first.op === "set_param") return { key, values: { id: first.id, name: first.name } };
  if (first.op === "set_fold" || first.op === "set_frame" || first.op === "set_note" || first.op === "set_color")
    return { key };
  if ("id" in first) return { key, values: { id: first.id } };
  return { key, values: { name: first.name } };
}
