/** A graph as text: JSON as a program sends it. What the server knows better (how many features, which vertices) it says. */
import type { GraphSent } from "@/api";

export interface GraphFault {
  fault: "json" | "x" | "row" | "edge";
  /** Where, or what. */
  what: string;
}

/** One vertex a line, so that a person can read and change it. */
export function writeGraph(graph: GraphSent): string {
  const rows = graph.x.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  return `{\n  "x": [\n${rows}\n  ],\n  "edges": ${JSON.stringify(graph.edges ?? [])}\n}`;
}

const isCell = (value: unknown) => value === null || typeof value === "string" || Number.isFinite(value);
const isEdge = (value: unknown) =>
  Array.isArray(value) && value.length === 2 && value.every((end) => Number.isInteger(end) && end >= 0);

export function readGraph(text: string, numFeatures: number): GraphSent | GraphFault {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    return { fault: "json", what: error instanceof Error ? error.message : String(error) };
  }
  const { x, edges = [], directed = null } = (read ?? {}) as { x?: unknown; edges?: unknown; directed?: unknown };
  if (!Array.isArray(x) || x.length === 0) return { fault: "x", what: String(numFeatures) };
  const badRow = x.findIndex((row) => !Array.isArray(row) || row.length !== numFeatures || !row.every(isCell));
  if (badRow >= 0) return { fault: "row", what: String(badRow) };
  if (!Array.isArray(edges)) return { fault: "edge", what: "edges" };
  const badEdge = edges.findIndex((edge) => !isEdge(edge) || Math.max(...edge) >= x.length);
  if (badEdge >= 0) return { fault: "edge", what: JSON.stringify(edges[badEdge]) ?? "-" };
  return { x, edges, directed: typeof directed === "boolean" ? directed : null } as GraphSent;
}
