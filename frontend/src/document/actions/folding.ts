import { applyEdits } from "../edits";
import { foldsOf, foldWith, freeFoldId, setFold } from "../folds";
import { resolveLevel } from "../levels";
import { marksOf } from "../marks";
import { dropToClear } from "../placement";
import type { GetState, SetState } from "../store";
import type { Edit, Label } from "../types";

export interface FoldActions {
  /** Shows nodes of the open level as one card, as one step. What of them was folded already is in this fold then. */
  foldNodes(ids: readonly string[]): void;
  /** Shows the nodes of a fold of the open level again, and selects them. */
  openFold(id: string): void;
  /** Opens the fold of the open level that holds a node, if one does. */
  unfold(node: string): void;
}

export function createFoldActions(set: SetState, get: GetState): FoldActions {
  function here() {
    const { document, level } = get();
    const { block, blockName } = resolveLevel(document, level);
    return { block, blockName, folds: foldsOf(block, marksOf(document, blockName)) };
  }

  function open(id: string): readonly string[] {
    const { block, blockName, folds } = here();
    const { document, catalogue, isReadOnly, applyEdits: apply } = get();
    const nodes = folds.find((fold) => fold.id === id)?.nodes;
    if (!nodes) return [];
    const shown: Edit = setFold(blockName, id, null);
    if (isReadOnly) {
      // To look inside is no change: it holds for this view of it.
      set({ document: applyEdits(document, [shown]) });
      return nodes;
    }
    const stored = document.view[blockName] ?? {};
    // While they were folded other cards may have taken their places.
    const drop = dropToClear({ document, block, catalogue }, stored, nodes);
    const moves = nodes.map((node): Edit => {
      const [x, y] = stored[node] ?? [0, 0];
      return { op: "move_node", block: blockName, id: node, position: [x, y + drop] };
    });
    const label: Label = { key: "history.unfold", values: { count: nodes.length } };
    apply(drop > 0 ? [shown, ...moves] : [shown], { label });
    return nodes;
  }

  return {
    foldNodes: (ids) => {
      const { block, blockName } = here();
      const chosen = new Set(ids);
      const nodes = block.nodes.map(({ id }) => id).filter((id) => chosen.has(id));
      const id = freeFoldId(marksOf(get().document, blockName));
      get().applyEdits([setFold(blockName, id, nodes)], {
        label: { key: "history.fold", values: { count: nodes.length } },
        select: { nodes, edges: [] },
      });
    },
    openFold: (id) => {
      const nodes = open(id);
      if (nodes.length > 0) get().select({ nodes });
    },
    unfold: (node) => {
      const fold = foldWith(here().folds, node);
      if (fold) open(fold.id);
    },
  };
}
