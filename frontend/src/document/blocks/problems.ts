/** Problems that stand inside a block, seen from the node that uses it. */
import { type LevelPath, reportPrefix } from "../levels";
import type { CheckReport, Document, Node, Problem } from "../types";
import { blockNameOf } from "../types";
import { blocksWithin } from "./uses";

interface Place {
  document: Document;
  path: LevelPath;
  report: CheckReport | null;
}

/**
 * The problems inside the block that `node` uses: those that were met on its path; and, as a definition's problem is said once,
 * those of the definitions in it where nothing comes out of this node either.
 */
export function problemsWithin(node: Node, { document, path, report }: Place): Problem[] {
  const name = blockNameOf(node.type);
  if (name === null || !report || report.problems.length === 0) return [];
  const own = reportPrefix(report, path) + node.id;
  const inside = blocksWithin(document, [name]);
  const state = report.nodes[own];
  const isSilent = Object.keys(state?.outputs ?? {}).length === 0;
  const isReached = Object.keys(state?.inputs ?? {}).length > 0;
  return report.problems.filter(
    (problem) =>
      inside.has(problem.block ?? "") &&
      (problem.path?.startsWith(`${own}.`) || (isSilent && isReached) || !problem.path),
  );
}
