/** The layer types that the server knows, by name. No layer type is named in this code. */
import type { LayerRead } from "./types";

export type Catalogue = ReadonlyMap<string, LayerRead>;

/** The catalogue in its own order. */
export function createCatalogue(layers: readonly LayerRead[]): Catalogue {
  return new Map(layers.map((layer) => [layer.type, layer]));
}

/** Whether a layer brings a value into its block (an input of the network): it is io and takes nothing. */
export function isEntry(layer: LayerRead | undefined): boolean {
  return layer?.family === "io" && layer.inputs.length === 0;
}

/** Whether a layer hands a value out of its block: it is io and takes something. */
export function isExit(layer: LayerRead | undefined): boolean {
  return layer?.family === "io" && layer.inputs.length > 0;
}
