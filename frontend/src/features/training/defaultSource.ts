import type { DatasetRead } from "@/api";
import { type Catalogue, type Document, ENTRY_TYPE, graphEntries } from "@/document";

/** Whether a set can feed the network at all: graphs a network that takes graphs, everything else one that does not. */
export function feedsNetwork(dataset: DatasetRead, document: Document, catalogue: Catalogue): boolean {
  const isForGraphs = graphEntries(document, catalogue).length > 0;
  const isEmpty = !isForGraphs && !document.network.nodes.some((node) => node.type === ENTRY_TYPE);
  return isEmpty || isForGraphs === (dataset.kind === "graph");
}

/** The set that fits the network's input, ready ones first; else the first that can feed it and is ready, else the first. */
export function defaultSource(
  document: Document,
  datasets: readonly DatasetRead[],
  catalogue: Catalogue,
): string | null {
  const possible = datasets.filter((dataset) => feedsNetwork(dataset, document, catalogue));
  const ready = possible.filter((dataset) => dataset.state === "ready");
  const fits = (dataset: DatasetRead) => fitsInput(dataset, document, catalogue);
  return (ready.find(fits) ?? possible.find(fits) ?? ready[0] ?? possible[0] ?? datasets[0])?.id ?? null;
}

function fitsInput(
  { input_shape: shape = [], input_dtype: dtype }: DatasetRead,
  document: Document,
  catalogue: Catalogue,
): boolean {
  const [graph] = graphEntries(document, catalogue);
  // How many features a vertex has is the one whole number that such a node holds.
  if (graph) return Object.values(graph.params).includes(shape[0] ?? null);
  const input = document.network.nodes.find((node) => node.type === ENTRY_TYPE);
  if ((input?.params.dtype ?? "float32") !== (dtype ?? "float32")) return false;
  return JSON.stringify(shape) === JSON.stringify(input?.params.shape ?? null);
}
