/**
 * Which nodes keep their weights while the rest trains. A frozen part is named by its path in the unfolded network
 * (`stage.0.conv`), as in the run's config; a card stands for its node in every repetition.
 */
import type { LevelPath } from "./levels";
import { blockNameOf, blockOf, type CheckReport, type Document, NETWORK } from "./types";

/** `own`: the node itself is frozen. `block`: a block around it is. `part`: something inside of it is. */
export type FrozenState = "own" | "block" | "part";

/** The node ids of a path, without the numbers of repetitions. */
export function namesOf(path: string): string[] {
  return path.split(".").filter((part) => !/^\d+$/.test(part));
}

function beginsWith(names: readonly string[], start: readonly string[]): boolean {
  return start.length <= names.length && start.every((name, at) => names[at] === name);
}

/** What the training config of a document lists as frozen. */
export function frozenOf(document: Document): readonly string[] {
  const frozen = document.training?.frozen;
  return Array.isArray(frozen) ? frozen.filter((path): path is string => typeof path === "string") : [];
}

export function frozenState(frozen: readonly string[], level: LevelPath, id: string): FrozenState | null {
  const here = [...level, id];
  let state: FrozenState | null = null;
  for (const path of frozen) {
    const names = namesOf(path);
    if (beginsWith(here, names)) {
      if (names.length < here.length) return "block";
      state = "own";
    } else if (state === null && beginsWith(names, here)) state = "part";
  }
  return state;
}

/** The paths of node `id` of a level in the network, one for each repetition of the blocks around it. */
export function pathsOf(report: CheckReport | null, level: LevelPath, id: string): string[] {
  const here = [...level, id].join(".");
  const paths = Object.keys(report?.nodes ?? {}).filter((path) => namesOf(path).join(".") === here);
  // A block is also listed by its repetitions' nodes; its own path has no number at the end.
  return paths.length > 0 ? paths : [here];
}

/** The list with node `id` of a level frozen, or no longer; what lies inside of it goes off the list either way. */
export function setFrozen(
  document: Document,
  report: CheckReport | null,
  level: LevelPath,
  id: string,
  isFrozen: boolean,
): string[] {
  const here = [...level, id];
  const others = frozenOf(document).filter((path) => !beginsWith(namesOf(path), here));
  return isFrozen ? [...others, ...pathsOf(report, level, id)] : others;
}

/** The list without paths that the network no longer has. */
export function existingFrozen(frozen: readonly string[], report: CheckReport | null): string[] {
  if (report === null) return [...frozen];
  const known = new Set(Object.keys(report.nodes));
  return frozen.filter((path) => known.has(path));
}

/** How many parameters do not move: each frozen part once. */
export function countFrozen(report: CheckReport, frozen: readonly string[]): number {
  const every = new Set(frozen);
  const isInside = (path: string) => {
    for (let at = path.lastIndexOf("."); at > 0; at = path.lastIndexOf(".", at - 1)) {
      if (every.has(path.slice(0, at))) return true;
    }
    return false;
  };
  let count = 0;
  for (const path of every) if (!isInside(path)) count += report.nodes[path]?.parameters ?? 0;
  return count;
}

/** A path after node `id` of the block `blockName` got another id, wherever the network uses that block. */
function renamePath(document: Document, path: string, blockName: string, id: string, newId: string): string {
  let block: string | null = NETWORK;
  const parts = path.split(".").map((part) => {
    if (/^\d+$/.test(part) || block === null) return part;
    const node = blockOf(document, block)?.nodes.find((candidate) => candidate.id === part);
    const renamed = block === blockName && part === id ? newId : part;
    block = node === undefined ? null : blockNameOf(node.type);
    return renamed;
  });
  return parts.join(".");
}

/** The parts of the training config that name nodes. */
const NAMING_NODES = ["parameter_groups", "initialization"];

/** The training config after a renaming: what is frozen, in a group or initialised follows its node. The same object if nothing does. */
export function renameInTraining(
  document: Document,
  blockName: string,
  id: string,
  newId: string,
): Document["training"] {
  const { training } = document;
  if (!training) return training;
  const rename = (paths: readonly string[]) => paths.map((path) => renamePath(document, path, blockName, id, newId));
  const changed: Record<string, unknown> = {};
  const frozen = frozenOf(document);
  if (frozen.length > 0) changed.frozen = rename(frozen);
  for (const name of NAMING_NODES) {
    const list = training[name];
    if (!Array.isArray(list) || list.length === 0) continue;
    changed[name] = list.map((one: { nodes?: string[] }) => (one.nodes ? { ...one, nodes: rename(one.nodes) } : one));
  }
  return Object.keys(changed).length === 0 ? training : { ...training, ...changed };
}
