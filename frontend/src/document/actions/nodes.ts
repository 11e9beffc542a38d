import { type BlockSet, mergeBlocks } from "../blocks/definitions";
import { applyEdits } from "../edits";
import { renameInTraining } from "../frozen";
import { CARD_WIDTH, COLUMN_GAP, cardSize, snapPosition } from "../geometry";
import { merge, RECORD } from "../history";
import { freeId, idPrefix, idProblem } from "../ids";
import { type ResolvedLevel, reportPrefix, resolveLevel } from "../levels";
import { normalizeNode } from "../normalize";
import { completePositions, freePlaceForSize, isCrowded, makeRoom, type Positions, placeAfter } from "../placement";
import { edgeBetween, findConnection, judgeConnection, type Level, portsOf, type Verdict } from "../ports";
import { shareEdits } from "../sharing";
import type { GetState, SetState } from "../store";
import {
  blockOf,
  type Edge,
  type Edit,
  type JsonValue,
  type Label,
  type Node,
  type PortRef,
  type Position,
} from "../types";
import { deleteEdits, type LooseWire, wiresThrough, wireTo } from "../wiring";

export interface AddNodeOptions {
  /** Where the card's upper left corner goes; left out, after the selected node, else below everything. */
  position?: Position;
  /** Wires the new node behind this one, if a port fits. */
  after?: string;
  /** Puts the new node into this wire. */
  into?: Edge;
  /** Joins the new node to this wire, at the port that is free and fits. */
  wire?: LooseWire;
  params?: Node["params"];
  /** Blocks that the document may not have yet: they come with the node, in the same step. */
  bring?: BlockSet;
}

export interface NodeActions {
  /** Adds a node of a layer type or `block:Name`, selects it, and returns its id. */
  addNode(type: string, options?: AddNodeOptions): string;
  /** Draws a wire and says what there is to say; an illegal one is not drawn. */
  connect(source: PortRef, target: PortRef): Verdict;
  disconnect(edges: readonly Edge[]): void;
  /** Deletes what is selected. The wires of nodes with one way in and one way out heal, unless `heal` is false. */
  removeSelection(options?: { heal?: boolean }): void;
  /** `value` null brings the default back. Values set under the same `mergeKey` are one step of the history. */
  setParam(id: string, name: string, value: JsonValue, mergeKey?: string): void;
  /** Renames a node, or says why that cannot be. */
  renameNode(id: string, newId: string): Label | null;
  setNode(id: string, change: { muted?: boolean; repeat?: number | string; type?: string }): void;
  /** The node uses the weights of `owner` from now on, with that node's settings; null for its own. One step. */
  shareWeights(id: string, owner: string | null): void;
  /** Moves nodes as one step; steps with the same `mergeKey` join. */
  moveNodes(positions: Positions, mergeKey?: string, label?: Label): void;
}

export function createNodeActions(_set: SetState, get: GetState): NodeActions {
  return {
    addNode: (type, options = {}) => addNode(get(), type, options),
    connect: (source, target) => {
      const state = get();
      const here = resolveLevel(state.document, state.level);
      const level = levelFor(state, here);
      const prefix = reportPrefix(state.report, here.path);
      const verdict = judgeConnection(source, target, level, state.report, prefix);
      if (!verdict.legal) return verdict;
      const edge = edgeBetween(source, target, level);
      const edits: Edit[] = [{ op: "add_edge", block: here.blockName, edge }];
      if (verdict.replaces) edits.unshift({ op: "remove_edge", block: here.blockName, edge: verdict.replaces });
      state.applyEdits(edits, {
        label: { key: "history.add_edge", values: { source: source.node, target: target.node } },
      });
      return verdict;
    },
    disconnect: (edges) => {
      const { document, level, applyEdits: apply } = get();
      const block = resolveLevel(document, level).blockName;
      apply(edges.map((edge): Edit => ({ op: "remove_edge", block, edge })));
    },
    removeSelection: ({ heal = true } = {}) => removeSelection(get(), heal),
    setParam: (id, name, value, mergeKey) => {
      const { document, level, applyEdits: apply } = get();
      const block = resolveLevel(document, level).blockName;
      apply([{ op: "set_param", block, id, name, value }], { history: mergeKey ? merge(mergeKey) : RECORD });
    },
    renameNode: (id, newId) => renameNode(get(), id, newId),
    setNode: (id, change) => {
      const { document, level, applyEdits: apply } = get();
      apply([{ op: "set_node", block: resolveLevel(document, level).blockName, id, ...change }]);
    },
    shareWeights: (id, owner) => {
      const { document, level, applyEdits: apply } = get();
      const { block, blockName } = resolveLevel(document, level);
      apply(shareEdits(block, blockName, id, owner));
    },
    moveNodes: (positions, mergeKey, label) => {
      const { document, level, applyEdits: apply } = get();
      const block = resolveLevel(document, level).blockName;
      const stored = document.view[block] ?? {};
      const moves = Object.entries(positions)
        .filter(([id, [x, y]]) => stored[id]?.[0] !== x || stored[id]?.[1] !== y)
        .map(([id, position]): Edit => ({ op: "move_node", block, id, position }));
      apply(moves, {
        history: mergeKey ? merge(mergeKey) : RECORD,
        label: label ?? { key: "history.move", values: { count: moves.length } },
      });
    },
  };
}

type State = ReturnType<GetState>;

function levelFor(state: State, here: ResolvedLevel): Level {
  return { document: state.document, block: here.block, catalogue: state.catalogue };
}

function addNode(before: State, named: string, options: AddNodeOptions): string {
  const brought = options.bring ? mergeBlocks(before.document, options.bring) : null;
  const state = brought ? { ...before, document: applyEdits(before.document, brought.edits) } : before;
  const type = brought ? brought.rename(named) : named;
  const here = resolveLevel(state.document, state.level);
  const taken = new Set(here.block.nodes.map((node) => node.id));
  const id = freeId(idPrefix(type, state.catalogue), taken);
  const position = options.position ?? placeFor(state, here, type, options.after);
  const node = normalizeNode({ id, type, params: options.params ?? {} });
  const edits: Edit[] = [{ op: "add_node", block: here.blockName, node, position: snapPosition(position) }];
  const added = applyEdits(state.document, edits);
  const block = blockOf(added, here.blockName) ?? here.block;
  const level = { document: added, block, catalogue: state.catalogue };
  if (options.into) edits.push(...wiresThrough(options.into, id, level, here.blockName));
  else if (options.wire) edits.push(...wireTo(options.wire, id, level, { ...here, report: state.report }));
  else if (options.after !== undefined) edits.push(...wireAfter(options.after, id, level, here.blockName));
  if (options.into) {
    const wired = applyEdits(state.document, edits);
    const wiredLevel = { ...level, document: wired, block: blockOf(wired, here.blockName) ?? block };
    const places = wired.view[here.blockName] ?? {};
    if (!options.position || isCrowded(wiredLevel, places, id)) {
      edits.push(...makeRoom(wiredLevel, here.blockName, places, [id]));
    }
  }
  state.applyEdits([...(brought?.edits ?? []), ...edits], {
    label: { key: "history.add_node", values: { id } },
    select: { nodes: [id], edges: [] },
  });
  return id;
}

function placeFor(state: State, here: ResolvedLevel, type: string, after: string | undefined): Position {
  const level = levelFor(state, here);
  const positions = completePositions(level, state.document.view[here.blockName] ?? {});
  const behind = after === undefined ? null : placeAfter(level, positions, type, after);
  if (behind) return [behind.x, behind.y];
  const size = cardSize(portsOf(normalizeNode({ id: "", type }), here.block, state.document, state.catalogue));
  const right = Math.max(...Object.values(positions).map(([x]) => x), -CARD_WIDTH - COLUMN_GAP);
  const top = Object.values(positions)[0]?.[1] ?? 0;
  return freePlaceForSize(level, positions, size, [right + CARD_WIDTH + COLUMN_GAP, top]);
}

/** The wire that feeds a new node from `source`, only where it is free of harm: nothing is replaced. */
function wireAfter(source: string, id: string, level: Level, block: string): Edit[] {
  const found = findConnection(source, id, level, null);
  if (!found?.verdict.legal) return [];
  return [{ op: "add_edge", block, edge: edgeBetween(found.source, found.target, level) }];
}

function removeSelection(state: State, heal: boolean): void {
  const { nodes, edges } = state.selection;
  const here = resolveLevel(state.document, state.level);
  const block = here.blockName;
  const gone = new Set(nodes);
  const loose = edges.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target));
  const cuts = loose.map((edge): Edit => ({ op: "remove_edge", block, edge }));
  const cut = applyEdits(state.document, cuts);
  const level = { document: cut, block: blockOf(cut, block) ?? here.block, catalogue: state.catalogue };
  const removals = nodes.map((id): Edit => ({ op: "remove_node", block, id }));
  const edits = [...cuts, ...(heal ? deleteEdits(level, block, nodes) : removals)];
  state.applyEdits(edits, { select: { nodes: [], edges: [] }, ...removalLabel(nodes, loose.length) });
}

/** What the list of steps says of a deletion; one wire says its own. */
function removalLabel(nodes: readonly string[], numEdges: number): { label?: Label } {
  const [only, ...others] = nodes;
  const count = nodes.length + numEdges;
  if (count > 1) return { label: { key: "history.removeSelection", values: { count } } };
  if (only === undefined || others.length > 0) return {};
  return { label: { key: "history.remove_node", values: { id: only } } };
}

function renameNode(state: State, id: string, newId: string): Label | null {
  if (id === newId) return null;
  const here = resolveLevel(state.document, state.level);
  const taken = new Set(here.block.nodes.map((node) => node.id));
  const problem = idProblem(newId, taken);
  if (problem) return problem;
  const nodes = state.selection.nodes.map((selected) => (selected === id ? newId : selected));
  const training = renameInTraining(state.document, here.blockName, id, newId);
  state.applyEdits([{ op: "rename_node", block: here.blockName, id, new_id: newId }], { select: { nodes, edges: [] } });
  if (training && training !== state.document.training) state.setTraining(training);
  return null;
}
