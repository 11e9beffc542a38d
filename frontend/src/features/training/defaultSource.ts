import type { DatasetRead } from "@/api";
import { type Document, ENTRY_TYPE } from "@/document";

/** The set that fits the network's input, ready ones first; else the first that is ready, else the first. */
export function defaultSource(document: Document, datasets: readonly DatasetRead[]): string | null {
  const shape = JSON.stringify(document.network.nodes.find((node) => node.type === ENTRY_TYPE)?.params.shape ?? null);
  const ready = datasets.filter((dataset) => dataset.state === "ready");
  const fits = (dataset: DatasetRead) => JSON.stringify(dataset.input_shape ?? []) === shape;
  return (ready.find(fits) ?? datasets.find(fits) ?? ready[0] ?? datasets[0])?.id ?? null;
}
