import { type Block, blockNameOf, blockOf, type Catalogue, type Document, followersOf, type Node } from "@/document";
import type { JsonSchema } from "@/ui";

/**
 * The JSON Schema of a node's settings: the catalogue's, or for a node that uses a block, one made of the block's
 * parameters. Null for a type that neither knows.
 */
export function schemaOf(
  node: Node,
  document: Document,
  catalogue: Catalogue,
  describe: (followers: string) => string,
): JsonSchema | null {
  const layer = catalogue.get(node.type);
  if (layer !== undefined) return layer.params_schema as JsonSchema;
  const name = blockNameOf(node.type);
  const block = name === null ? undefined : blockOf(document, name);
  return block === undefined ? null : schemaOfBlock(block, describe);
}

/** A parameter is described by what follows it inside: that is always true. */
function schemaOfBlock(block: Block, describe: (followers: string) => string): JsonSchema {
  const properties = Object.entries(block.parameters).map(([name, value]): [string, JsonSchema] => [
    name,
    { type: Number.isInteger(value) ? "integer" : "number", default: value, ...descriptionOf(name) },
  ]);
  function descriptionOf(name: string): { description?: string } {
    const followers = followersOf(block, name);
    return followers.length > 0 ? { description: describe(followers.join(", ")) } : {};
  }
  return { type: "object", properties: Object.fromEntries(properties) };
}
