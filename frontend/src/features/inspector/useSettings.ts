import { useCallback, useMemo } from "react";
import { type Fix, type JsonValue, merge, type Node, type Problem, problemsWithin } from "@/document";
import { useEditor, useEditorStore } from "@/features/editor";
import { useApplyFix } from "@/features/problems";
import type { FieldProblem } from "@/ui";

/** Changes one setting of nodes of the open block. What is written in one go is one step of the history. */
export function useSettings(ids: readonly string[], blockName: string) {
  const store = useEditorStore();
  const change = useCallback(
    (name: string, value: unknown) => {
      const edits = ids.map((id) => ({
        op: "set_param" as const,
        block: blockName,
        id,
        name,
        value: (value ?? null) as JsonValue,
      }));
      store.getState().applyEdits(edits, { history: merge(`set ${blockName} ${ids.join(" ")} ${name}`) });
    },
    [store, blockName, ids],
  );
  const settle = useCallback(() => store.getState().sealHistory(), [store]);
  return { change, settle };
}

const NONE: readonly Problem[] = [];

/** The problems of one node: those of its fields by field, the others, and those inside the block that it uses. */
export function useNodeProblems(node: Node, blockName: string, fields: ReadonlySet<string>) {
  const problems = useEditor((state) => state.report?.problems ?? NONE);
  const document = useEditor((state) => state.document);
  const path = useEditor((state) => state.level);
  const report = useEditor((state) => state.report);
  const inside = useMemo(() => problemsWithin(node, { document, path, report }), [node, document, path, report]);
  const applyFix = useApplyFix();
  return useMemo(() => {
    const byField = new Map<string, FieldProblem[]>();
    const others: Problem[] = [];
    for (const problem of problems) {
      if (problem.node !== node.id || (problem.block ?? blockName) !== blockName) continue;
      // `kernel_size.1` is said at `kernel_size`.
      const field = problem.field?.split(".")[0];
      if (field === undefined || !fields.has(field)) others.push(problem);
      else byField.set(field, [...(byField.get(field) ?? []), toFieldProblem(problem, applyFix)]);
    }
    return { byField, others, inside };
  }, [problems, inside, node.id, blockName, fields, applyFix]);
}

function toFieldProblem(problem: Problem, applyFix: (fix: Fix) => void): FieldProblem {
  const actions = (problem.fixes ?? []).map((fix) => ({ label: fix.label, run: () => applyFix(fix) }));
  return { severity: problem.severity, message: problem.message, actions };
}
