/** Levels: the network, or the inside of a block reached through the nodes that use it. */
import type { Block, CheckReport, Document, NodeReport, Problem } from "./types";
import { blockNameOf, blockOf, NETWORK } from "./types";

/** Ids of the nodes that were opened, outermost first; empty for the network itself. */
export type LevelPath = readonly string[];

export interface ResolvedLevel {
  path: LevelPath;
  /** The name of the block's definition; `network` at the top. */
  blockName: string;
  block: Block;
}

/** The level at `path`, or the deepest one above it that still exists. */
export function resolveLevel(document: Document, path: LevelPath): ResolvedLevel {
  let level: ResolvedLevel = { path: [], blockName: NETWORK, block: document.network };
  for (const id of path) {
    const node = level.block.nodes.find((candidate) => candidate.id === id);
    const name = node ? blockNameOf(node.type) : null;
    const block = name === null ? undefined : blockOf(document, name);
    if (name === null || !block) break;
    level = { path: [...level.path, id], blockName: name, block };
  }
  return level;
}

/**
 * The report of node `id` at a level. A repeated block has its nodes under `stage.0.conv`; the first of them speaks for all.
 */
export function reportAt(report: CheckReport | null, path: LevelPath, id: string): NodeReport | undefined {
  return report?.nodes[reportPrefix(report, path) + id];
}

/** The prefix of the level's nodes in the report: empty at the top, else `stage.` or `stage.0.`. */
export function reportPrefix(report: CheckReport | null, path: LevelPath): string {
  let prefix = "";
  for (const id of path) {
    const numbered = `${prefix}${id}.0.`;
    prefix = hasPrefix(report, numbered) ? numbered : `${prefix}${id}.`;
  }
  return prefix;
}

function hasPrefix(report: CheckReport | null, prefix: string): boolean {
  if (!report) return false;
  for (const path in report.nodes) if (path.startsWith(prefix)) return true;
  return false;
}

/** The shortest way to a level that shows the block `name`; null where nothing uses it. */
export function findLevel(document: Document, name: string): LevelPath | null {
  const seen = new Set([NETWORK]);
  const waiting: ResolvedLevel[] = [resolveLevel(document, [])];
  for (let level = waiting.shift(); level; level = waiting.shift()) {
    if (level.blockName === name) return level.path;
    for (const node of level.block.nodes) {
      const inner = blockNameOf(node.type);
      const block = inner === null ? undefined : blockOf(document, inner);
      if (inner !== null && block && !seen.has(inner)) {
        seen.add(inner);
        waiting.push({ path: [...level.path, node.id], blockName: inner, block });
      }
    }
  }
  return null;
}

/** Where a problem can be seen: the level that its path names, else any level that shows its block. */
export function levelOfProblem(document: Document, problem: Problem): LevelPath {
  const names = (problem.path ?? "").split(".").filter((part) => part !== "" && !/^\d+$/.test(part));
  const level = resolveLevel(document, names.slice(0, -1));
  const block = problem.block ?? NETWORK;
  if (level.blockName === block) return level.path;
  return findLevel(document, block) ?? [];
}
