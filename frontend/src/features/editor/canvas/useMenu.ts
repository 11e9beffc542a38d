import type { MouseEvent as ReactMouseEvent } from "react";
import { useMemo } from "react";
import { useEditorContext } from "../context";
import { type FlowEdge, type FlowNode, nodesOf } from "./flow";

type MenuEvent = ReactMouseEvent | MouseEvent;

/** Opens the menu where it was asked for; what is under the pointer is selected first. */
export function useMenu() {
  const { store, canvas } = useEditorContext();
  return useMemo(() => {
    function open(event: MenuEvent, isOnThings: boolean): void {
      event.preventDefault();
      const client = { x: event.clientX, y: event.clientY };
      const at = canvas.getState().view?.toCanvas(client) ?? null;
      canvas.setState({ dialog: { kind: "menu", ...client, at, isOnThings } });
    }
    return {
      onPane: (event: MenuEvent) => open(event, false),
      onSelection: (event: MenuEvent) => open(event, true),
      onNode: (event: ReactMouseEvent, card: FlowNode) => {
        const { selection, select } = store.getState();
        const nodes = nodesOf(card);
        if (!nodes.every((id) => selection.nodes.includes(id))) select({ nodes });
        open(event, true);
      },
      onEdge: (event: ReactMouseEvent, { data, selected }: FlowEdge) => {
        if (data && !selected) store.getState().select({ edges: [data.edge] });
        open(event, true);
      },
    };
  }, [store, canvas]);
}
