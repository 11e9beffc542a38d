/** What plausibly comes after a node: what takes its output, and what usually follows such a node here and elsewhere. */
import { placingProblem } from "./blocks/definitions";
import type { Catalogue } from "./catalogue";
import { fitsOf } from "./fitting";
import { type LevelPath, reportAt, resolveLevel } from "./levels";
import { normalizeNode } from "./normalize";
import { endsOf, findNode, type Level, portsAt, portsOf } from "./ports";
import {
  type Block,
  blockNameOf,
  blockOf,
  type CheckReport,
  type Document,
  EXIT_TYPE,
  NETWORK,
  type PortRef,
} from "./types";

/** By type, by the type that comes next: in how many ready-made networks it does. From the server. */
export type Followers = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** The ready-made networks count as so many wires of the person's own, and what follows others of the family as one. */
const WEIGHT = { gallery: 4, family: 1 };
/** More would not be looked through one by one. */
const MOST = 8;

/** The first output of a node that no wire leaves; null where there is none, or the node is not alone of its id. */
export function freeOutput(id: string, level: Level): PortRef | null {
  if (level.block.nodes.filter((node) => node.id === id).length !== 1) return null;
  const out = level.block.edges.filter((edge) => edge.source === id).map((edge) => endsOf(edge, level).source.port);
  const free = portsAt(level, id).outputs.find(({ name }) => !out.includes(name));
  return free ? { node: id, port: free.name } : null;
}

/** The types that could come after a free output, the most plausible first; null while the check has not said what comes out. */
export function typesAfter(
  from: PortRef,
  { document, path, catalogue, report }: Here,
  followers: Followers,
): string[] | null {
  const { block, blockName } = resolveLevel(document, path);
  const level = { document, block, catalogue };
  const node = findNode(block, from.node);
  if (!node || !reportAt(report, path, from.node)?.outputs?.[from.port]) return null;
  const scores = scoresAfter(endTypes(node.type, document), document, catalogue, followers);
  const hasExit = block.nodes.some(({ type }) => type === EXIT_TYPE);
  const fitOf = fitsOf({ from, kind: "source" }, level, path, report);
  const fits = [...scores.keys()].filter(
    (type) => takesOneWire(type, level) && fitOf(type) === "fits" && placingProblem(document, blockName, type) === null,
  );
  // One exit is what most networks have: a second is thought of last.
  const rank = (type: string) => (hasExit && type === EXIT_TYPE ? 0 : (scores.get(type) ?? 0));
  return fits.sort((a, b) => rank(b) - rank(a)).slice(0, MOST);
}

interface Here {
  document: Document;
  path: LevelPath;
  catalogue: Catalogue;
  report: CheckReport | null;
}

/** Whether a node of this type is complete with one wire: a sum would be left with a gap. */
function takesOneWire(type: string, level: Level): boolean {
  const { inputs, known } = portsOf(normalizeNode({ id: "", type }), level.block, level.document, level.catalogue);
  return known && inputs.filter(({ optional }) => !optional).length === 1 && !inputs.some(({ variadic }) => variadic);
}

/** The type itself; of a block those that its exits are fed by, which is what the next layer sees. */
function endTypes(type: string, document: Document, seen: ReadonlySet<string> = new Set()): string[] {
  const name = blockNameOf(type);
  if (name === null) return [type];
  const block = seen.has(name) ? undefined : blockOf(document, name);
  if (!block) return [];
  const deeper = new Set([...seen, name]);
  const types = new Map(block.nodes.map((node) => [node.id, node.type]));
  const last = block.edges
    .filter((edge) => types.get(edge.target) === EXIT_TYPE)
    .map((edge) => types.get(edge.source) ?? "");
  return [type, ...last.flatMap((inner) => endTypes(inner, document, deeper))];
}

function scoresAfter(
  before: readonly string[],
  document: Document,
  catalogue: Catalogue,
  followers: Followers,
): Map<string, number> {
  const scores = new Map<string, number>();
  const add = (counts: ReadonlyMap<string, number>, weight: number | null) => {
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    for (const [type, count] of counts) {
      scores.set(type, (scores.get(type) ?? 0) + (weight === null ? count : (weight * count) / total));
    }
  };
  const families = new Set(before.map((type) => catalogue.get(type)?.family));
  const alike = Object.keys(followers).filter((type) => families.has(catalogue.get(type)?.family ?? ""));
  add(sumOf(before, followers), WEIGHT.gallery);
  add(sumOf(alike, followers), WEIGHT.family);
  add(ownCounts(before, document), null);
  return scores;
}

function sumOf(types: readonly string[], followers: Followers): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of types) {
    for (const [next, count] of Object.entries(followers[type] ?? {}))
      counts.set(next, (counts.get(next) ?? 0) + count);
  }
  return counts;
}

/** What the person has let follow these types, in the network and in its blocks. */
function ownCounts(before: readonly string[], document: Document): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of [NETWORK, ...Object.keys(document.blocks)]) {
    const block: Block | undefined = blockOf(document, name);
    const types = new Map(block?.nodes.map((node) => [node.id, node.type]));
    for (const edge of block?.edges ?? []) {
      const next = types.get(edge.target);
      // A block's exit is no layer: what comes behind it stands where the block is used.
      if (next === undefined || (name !== NETWORK && next === EXIT_TYPE)) continue;
      if (!before.includes(types.get(edge.source) ?? "")) continue;
      counts.set(next, (counts.get(next) ?? 0) + 1);
    }
  }
  return counts;
}
