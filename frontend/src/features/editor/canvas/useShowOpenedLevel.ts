import { useReactFlow } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import { useEditor } from "../context";
import type { FlowEdge, FlowNode } from "./flow";
import { showLevel } from "./useCanvasView";

/** Brings a level into view whenever one is opened, the network itself at the start included. */
export function useShowOpenedLevel(root: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  const level = useEditor((state) => state.level.join("/"));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the level is what this answers to.
  useEffect(() => {
    // The view takes its size and the new level's nodes in the frame after this one.
    const frame = requestAnimationFrame(() => {
      const box = root.current?.getBoundingClientRect();
      if (box && box.width > 0) showLevel(flow, box);
    });
    return () => cancelAnimationFrame(frame);
  }, [flow, root, level]);
}
