import { type EditorStore, recursionProblem, resolveLevel } from "@/document";
import { useCanvasStore, useEditorStore } from "@/features/editor";

/** Why a node of this type cannot stand in the open level, or null. */
export function reasonAgainst(store: EditorStore, type: string) {
  const { document, level } = store.getState();
  return recursionProblem(document, resolveLevel(document, level).blockName, type);
}

/** Adds a node after the one that is selected, and wires it to that one. The keyboard stays where it is. */
export function useAdd(): (type: string) => void {
  const store = useEditorStore();
  const canvas = useCanvasStore();
  return (type) => {
    const reason = reasonAgainst(store, type);
    if (reason) {
      canvas.setState({ notice: reason });
      return;
    }
    const { selection, addNode } = store.getState();
    const after = selection.nodes.at(-1);
    const id = addNode(type, after === undefined ? {} : { after });
    canvas.setState({ notice: { key: "notice.added", values: { id } } });
    canvas.getState().view?.show(id);
  };
}
