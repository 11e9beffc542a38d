import type { EdgeChange, NodeChange } from "@xyflow/react";
import { useMemo, useRef } from "react";
import { type Edge, equalEdges } from "@/document";
import { useEditorStore } from "../context";
import { type FlowEdge, type FlowNode, nodeIdOf } from "./flow";

/** Carries React Flow's wishes about the selection to the store. */
export function useSelecting(edges: readonly FlowEdge[]) {
  const store = useEditorStore();
  const latest = useRef(edges);
  latest.current = edges;
  return useMemo(() => {
    function onNodesChange(changes: readonly NodeChange<FlowNode>[]): void {
      const { selection, select } = store.getState();
      const nodes = new Set(selection.nodes);
      let isChanged = false;
      for (const change of changes) {
        if (change.type !== "select") continue;
        isChanged = true;
        if (change.selected) nodes.add(nodeIdOf(change.id));
        else nodes.delete(nodeIdOf(change.id));
      }
      if (isChanged) select({ nodes: [...nodes], edges: selection.edges });
    }

    function onEdgesChange(changes: readonly EdgeChange<FlowEdge>[]): void {
      const { selection, select } = store.getState();
      let chosen: readonly Edge[] = selection.edges;
      for (const change of changes) {
        if (change.type !== "select") continue;
        const edge = latest.current.find(({ id }) => id === change.id)?.data?.edge;
        if (!edge) continue;
        const others = chosen.filter((other) => !equalEdges(other, edge));
        chosen = change.selected ? [...others, edge] : others;
      }
      if (chosen !== selection.edges) select({ nodes: selection.nodes, edges: chosen });
    }

    return { onNodesChange, onEdgesChange };
  }, [store]);
}
