import { type EdgeChange, type NodeChange, useStoreApi } from "@xyflow/react";
import { useMemo, useRef } from "react";
import { type Edge, equalEdges } from "@/document";
import { useEditorStore } from "../context";
import { type FlowEdge, type FlowNode, nodeIdOf, nodesOf } from "./flow";

/** Carries React Flow's wishes about the selection to the store. */
export function useSelecting(cards: readonly FlowNode[], edges: readonly FlowEdge[], isFar: boolean) {
  const store = useEditorStore();
  const flow = useStoreApi();
  const latest = useRef(edges);
  latest.current = edges;
  const drawn = useRef(cards);
  drawn.current = cards;
  return useMemo(() => {
    function onNodesChange(changes: readonly NodeChange<FlowNode>[]): void {
      const { selection, select } = store.getState();
      const nodes = new Set(selection.nodes);
      let isChanged = false;
      for (const change of changes) {
        if (change.type !== "select") continue;
        isChanged = true;
        const card = drawn.current.find(({ id }) => id === change.id);
        for (const id of card ? nodesOf(card) : [nodeIdOf(change.id)]) {
          if (change.selected) nodes.add(id);
          else nodes.delete(id);
        }
      }
      if (!isChanged) return;
      // A box takes the wires of its cards along. Far out React Flow has no wires of which it could say so.
      const isBox = isFar && flow.getState().userSelectionActive;
      const touched = ({ data }: FlowEdge) => data && (nodes.has(data.edge.source) || nodes.has(data.edge.target));
      const boxed = isBox ? latest.current.filter(touched).flatMap(({ data }) => data?.edge ?? []) : selection.edges;
      select({ nodes: [...nodes], edges: boxed });
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
  }, [store, flow, isFar]);
}
