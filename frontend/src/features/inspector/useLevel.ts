import { useMemo } from "react";
import { resolveLevel } from "@/document";
import { useEditor } from "@/features/editor";

/** The level that is open: the network, or the inside of a block. */
export function useLevel() {
  const document = useEditor((state) => state.document);
  const path = useEditor((state) => state.level);
  return useMemo(() => resolveLevel(document, path), [document, path]);
}
