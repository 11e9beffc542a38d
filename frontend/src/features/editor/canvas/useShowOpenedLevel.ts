import { useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import { useEditor, useEditorStore } from "../context";
import type { FlowEdge, FlowNode } from "./flow";
import { showLevel } from "./useCanvasView";

/**
 * Brings a level into view whenever one is opened, the network itself at the start included, and in it the node that the
 * address or the problems list has selected.
 */
export function useShowOpenedLevel(root: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const store = useEditorStore();
  const level = useEditor((state) => state.level.join("/"));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the level is what this answers to.
  useEffect(() => {
    // The view takes its size and the new level's nodes in the frame after this one.
    const frame = requestAnimationFrame(() => {
      const box = root.current?.getBoundingClientRect();
      if (box && box.width > 0) showLevel(flow, box, { node: store.getState().selection.nodes[0] });
    });
    return () => cancelAnimationFrame(frame);
  }, [flow, root, store, level]);
}
