import type { Problem } from "@/document";
import { useEditor } from "@/features/editor";

const NONE: readonly Problem[] = [];

/** What the last check found; empty until the first answer has come. */
export function useProblems(): readonly Problem[] {
  return useEditor((state) => state.report?.problems ?? NONE);
}
