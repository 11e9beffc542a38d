/** Whether what lies under the pointer is the empty canvas or a wire. React Flow draws the cards inside its pane. */
export function isGround(element: Element | null): boolean {
  if (!element?.closest(".react-flow__pane")) return false;
  return element.closest(".react-flow__node, .react-flow__nodesselection, [data-mark]") === null;
}
