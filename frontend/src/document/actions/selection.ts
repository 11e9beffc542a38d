import { equalEdges } from "../edits";
import { findLevel, type LevelPath, levelOfProblem, resolveLevel } from "../levels";
import type { GetState, Selection, SetState } from "../store";
import type { Block, Edge, Problem } from "../types";

export interface SelectionActions {
  select(selection: { nodes?: readonly string[]; edges?: readonly Edge[] }): void;
  /** Adds the node to the selection, or takes it out. */
  toggleNode(id: string): void;
  selectAll(): void;
  /** Opens the level at `path`; nothing is selected there. */
  openLevel(path: LevelPath): void;
  /** Opens the block that node `id` of the current level uses, if it uses one. */
  openNode(id: string): void;
  /** Goes to a node in whichever block it stands, and selects it; out of its fold, unless it is only glanced at. */
  showNode(block: string, id: string, options?: { isGlance?: boolean }): void;
  /** Goes where the problem stands and selects its node. */
  selectProblem(problem: Problem): void;
}

const NOTHING: Selection = { nodes: [], edges: [] };

export function createSelectionActions(set: SetState, get: GetState): SelectionActions {
  const blockHere = () => resolveLevel(get().document, get().level).block;
  const openLevel = (path: LevelPath) => set({ level: resolveLevel(get().document, path).path, selection: NOTHING });
  return {
    select: ({ nodes = [], edges = [] }) => {
      const selection = pruneSelection({ nodes, edges }, blockHere());
      if (!sameSelection(selection, get().selection)) set({ selection });
    },
    toggleNode: (id) => {
      const { nodes, edges } = get().selection;
      const next = nodes.includes(id) ? nodes.filter((node) => node !== id) : [...nodes, id];
      set({ selection: pruneSelection({ nodes: next, edges }, blockHere()) });
    },
    selectAll: () => {
      const block = blockHere();
      set({ selection: { nodes: block.nodes.map((node) => node.id), edges: block.edges } });
    },
    openLevel,
    openNode: (id) => {
      const path = [...get().level, id];
      if (resolveLevel(get().document, path).path.length === path.length) openLevel(path);
    },
    showNode: (block, id, { isGlance = false } = {}) => {
      const path = resolveLevel(get().document, get().level).blockName === block ? get().level : null;
      const shown = path ?? findLevel(get().document, block);
      if (shown === null) return;
      if (path === null) openLevel(shown);
      if (!isGlance) get().unfold(id);
      set({ selection: pruneSelection({ nodes: [id], edges: [] }, blockHere()) });
    },
    selectProblem: (problem) => {
      openLevel(levelOfProblem(get().document, problem));
      if (problem.node) get().unfold(problem.node);
      if (problem.node) set({ selection: pruneSelection({ nodes: [problem.node], edges: [] }, blockHere()) });
    },
  };
}

/** The part of a selection that the block still holds; the same object where that is all of it. */
export function pruneSelection(selection: Selection, block: Block): Selection {
  const ids = new Set(block.nodes.map((node) => node.id));
  const nodes = selection.nodes.filter((id) => ids.has(id));
  const edges = selection.edges.filter((edge) => block.edges.some((other) => equalEdges(edge, other)));
  if (nodes.length === selection.nodes.length && edges.length === selection.edges.length) return selection;
  return { nodes, edges };
}

function sameSelection(a: Selection, b: Selection): boolean {
  return (
    a.nodes.length === b.nodes.length &&
    a.edges.length === b.edges.length &&
    a.nodes.every((id, at) => id === b.nodes[at]) &&
    a.edges.every((edge, at) => equalEdges(edge, b.edges[at] ?? { source: "", target: "" }))
  );
}
