import { resolveLevel } from "@/document";
import { useEditor } from "@/features/editor";

/** The block and the one node in it that are looked at; null where no node, or more than one, is selected. */
export function useShownPlace(): { block: string; node: string } | null {
  const document = useEditor((state) => state.document);
  const level = useEditor((state) => state.level);
  const nodes = useEditor((state) => state.selection.nodes);
  const [node] = nodes;
  if (node === undefined || nodes.length > 1) return null;
  return { block: resolveLevel(document, level).blockName, node };
}
