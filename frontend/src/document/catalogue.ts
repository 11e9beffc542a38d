/** The layer types that the server knows, by name. No layer type is named in this code. */
import type { LayerRead } from "./types";

export type Catalogue = ReadonlyMap<string, LayerRead>;

/** The catalogue in its own order. */
export function createCatalogue(layers: readonly LayerRead[]): Catalogue {
  return new Map(layers.map((layer) => [layer.type, layer]));
}
