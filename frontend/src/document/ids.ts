/** Ids that are free, legal Python identifiers, and made from what the catalogue says about a type. */
import type { Catalogue } from "./catalogue";
import { blockNameOf, type Label } from "./types";

/** Short words for families whose types are long or alike; the others use the type's own name. */
const FAMILY_WORDS: { [family: string]: string } = {
  convolution: "conv",
  pooling: "pool",
  normalization: "norm",
  activation: "act",
};

const KEYWORDS = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global " +
    "if import in is lambda nonlocal not or pass raise return try while with yield"
  ).split(" "),
);

/** `MultiheadAttention` to `multihead_attention`, `LSTMCell` to `lstm_cell`; a trailing dimension (`2d`) goes. */
export function toSnakeCase(name: string): string {
  return name
    .replace(/\d[dD]$/, "")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .toLowerCase()
    .replace(/^(?=\d)/, "n");
}

/** The stem of new ids for a type: `conv`, `act`, `linear`, `conv_stage`. */
export function idPrefix(type: string, catalogue: Catalogue): string {
  const block = blockNameOf(type);
  if (block !== null) return toSnakeCase(block) || "block";
  const family = catalogue.get(type)?.family;
  return (family && FAMILY_WORDS[family]) || toSnakeCase(type) || "node";
}

/** `prefix` with the smallest number from 1 that is not taken. */
export function freeId(prefix: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`${prefix}${number}`)) number += 1;
  return `${prefix}${number}`;
}

/** A free id as near as possible to `id`: itself, else its stem with another number. */
export function freeIdLike(id: string, taken: ReadonlySet<string>): string {
  return taken.has(id) ? freeId(id.replace(/\d+$/, "") || "node", taken) : id;
}

/** Why `id` cannot be a node's id, or null. `taken` are the ids of the other nodes of its block. */
export function idProblem(id: string, taken: ReadonlySet<string>): Label | null {
  if (id === "") return { key: "id.empty" };
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(id)) return { key: "id.illegal", values: { id } };
  if (KEYWORDS.has(id)) return { key: "id.keyword", values: { id } };
  if (taken.has(id)) return { key: "id.taken", values: { id } };
  return null;
}
