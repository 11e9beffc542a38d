import { copyNodes, pasteEdits } from "../clipboard";
import { applyEdits } from "../edits";
import { resolveLevel } from "../levels";
import { isCrowded, makeRoom, type Positions } from "../placement";
import type { Level } from "../ports";
import type { GetState } from "../store";
import { blockOf, type Document, type Edge, type Edit, type Label, type Position } from "../types";
import { detachEdits, wiresThrough } from "../wiring";

export interface DropOptions {
  /** The nodes leave their wires, which heal. */
  detach?: boolean;
  /** The wire into which the one node is put. */
  into?: Edge | null;
}

export interface GestureActions {
  /** Takes the selected nodes out of their wires, which heal. */
  detachSelection(): void;
  /** Ends a drag: the nodes stand at these places, as one step with what else the drag did. */
  dropNodes(positions: Positions, options?: DropOptions): void;
  /** Puts copies of the nodes with the upper left corner at `at`, and selects them. */
  duplicateTo(ids: readonly string[], at: Position): void;
  /** Takes wires away. */
  cutWires(edges: readonly Edge[]): void;
}

export function createGestureActions(get: GetState): GestureActions {
  const here = () => resolveLevel(get().document, get().level);
  return {
    detachSelection: () => {
      const { nodes } = get().selection;
      const { block, blockName } = here();
      const level = { document: get().document, block, catalogue: get().catalogue };
      get().applyEdits(detachEdits(level, blockName, nodes), {
        label: { key: "history.detach", values: { count: nodes.length } },
      });
    },
    dropNodes: (positions, options = {}) => {
      if (!options.detach && !options.into) get().moveNodes(positions);
      else dropInto(get(), positions, options);
    },
    duplicateTo: (ids, at) => {
      const { blockName } = here();
      const clip = copyNodes(get().document, blockName, ids);
      if (!clip) return;
      const { edits, ids: copies } = pasteEdits(get().document, blockName, clip, { at });
      get().applyEdits(edits, {
        label: { key: "history.duplicate", values: { count: copies.length } },
        select: { nodes: copies, edges: [] },
      });
    },
    cutWires: (edges) => {
      const { blockName } = here();
      const count = edges.length;
      get().applyEdits(
        edges.map((edge): Edit => ({ op: "remove_edge", block: blockName, edge })),
        count > 1 ? { label: { key: "history.cutWires", values: { count } } } : {},
      );
    },
  };
}

type State = ReturnType<GetState>;

function dropInto(state: State, positions: Positions, { detach = false, into = null }: DropOptions): void {
  const { blockName } = resolveLevel(state.document, state.level);
  const ids = Object.keys(positions);
  const levelOf = (document: Document): Level => {
    const block = blockOf(document, blockName) ?? state.document.network;
    return { document, block, catalogue: state.catalogue };
  };
  const edits: Edit[] = Object.entries(positions).map(([id, position]) => {
    return { op: "move_node", block: blockName, id, position };
  });
  let label: Label = { key: "history.detach", values: { count: ids.length } };
  if (detach) edits.push(...detachEdits(levelOf(state.document), blockName, ids));
  const [id] = ids;
  if (into && id !== undefined) {
    label = { key: "history.insert", values: { id, source: into.source, target: into.target } };
    edits.push(...wiresThrough(into, id, levelOf(applyEdits(state.document, edits)), blockName));
    const wired = applyEdits(state.document, edits);
    const places = wired.view[blockName] ?? {};
    if (isCrowded(levelOf(wired), places, id)) edits.push(...makeRoom(levelOf(wired), blockName, places, [id]));
  }
  state.applyEdits(edits, { label });
}
