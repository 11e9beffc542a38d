import type { WeightsCompared } from "@/api";

export type NodeState = WeightsCompared["nodes"][string]["state"];

/** The paths of nodes whose weights stand in one of `states`, in the network's order. */
export function nodesIn(compared: WeightsCompared, states: readonly NodeState[]): string[] {
  return Object.entries(compared.nodes).flatMap(([path, { state }]) => (states.includes(state) ? [path] : []));
}
