/** What a pasted text holds: copied nodes, a whole document, or a piece of one (`nodes` and `edges`). */
import type { Catalogue } from "./catalogue";
import { type Clip, copyNodes, parseClip } from "./clipboard";
import { normalizeDocument } from "./normalize";
import { withPositions } from "./placement";
import { type Label, NETWORK, type WireBlock, type WireDocument } from "./types";

export type Pasted = { clip: Clip } | { reason: Label };

/** The newest format that is read here; older ones are migrated by the server when a file is imported. */
const FORMAT = 1;

/** Something in the text that is not as it must be: which place, and what it must be. */
class Fault extends Error {
  constructor(
    readonly place: string,
    readonly must: string,
  ) {
    super(place);
  }
}

/** The nodes that `text` holds, or why there are none. */
export function readPasted(text: string, catalogue: Catalogue): Pasted {
  const clip = parseClip(text);
  if (clip) return { clip };
  if (!text.trimStart().startsWith("{")) return { reason: { key: "notice.nothingToPaste" } };
  try {
    return documentClip(JSON.parse(text), catalogue);
  } catch (error) {
    if (error instanceof SyntaxError)
      return { reason: { key: "notice.pasteNoJson", values: { reason: error.message } } };
    if (error instanceof Fault)
      return { reason: { key: `notice.pasteFault.${error.must}`, values: { place: error.place } } };
    throw error;
  }
}

function documentClip(value: unknown, catalogue: Catalogue): Pasted {
  const given = record(value, "");
  const isDocument = "network" in given;
  if (!isDocument && !("nodes" in given)) return { reason: { key: "notice.pasteOther" } };
  if (isDocument && given.format !== FORMAT)
    return { reason: { key: "notice.pasteFormat", values: { format: FORMAT } } };
  const own = isDocument ? record(given.network, "network") : given;
  const document = {
    format: FORMAT,
    name: "",
    network: blockOf(own, isDocument ? "network." : ""),
    blocks: mapped(given.blocks, "blocks", (block, place) => blockOf(record(block, place), `${place}.`)),
    view: mapped(given.view, "view", (places, place) => mapped(places, place, position)),
  };
  if (document.network.nodes?.length === 0) return { reason: { key: "notice.pasteEmpty" } };
  const whole = withPositions(normalizeDocument(document as WireDocument), catalogue);
  const ids = whole.network.nodes.map(({ id }) => id);
  const clip = copyNodes(whole, NETWORK, ids);
  return clip ? { clip: { ...clip, parameters: whole.network.parameters } } : { reason: { key: "notice.pasteEmpty" } };
}

/** Only what the format knows is taken: a field that the server does not know would keep the document from being saved. */
function blockOf(given: { [name: string]: unknown }, at: string): WireBlock {
  const nodes = list(given.nodes, `${at}nodes`).map((value, index) => {
    const place = `${at}nodes[${index}]`;
    const { id, type, params = {}, repeat = 1, muted = false, share = null } = record(value, place);
    return {
      id: text(id, `${place}.id`),
      type: text(type, `${place}.type`),
      params: record(params, `${place}.params`),
      repeat: Number.isInteger(repeat) ? repeat : text(repeat, `${place}.repeat`),
      muted: muted === true,
      share: share === null ? null : text(share, `${place}.share`),
    };
  });
  const known = new Set<string>();
  nodes.forEach(({ id }, index) => {
    if (known.has(id)) throw new Fault(`${at}nodes[${index}].id`, "free");
    known.add(id);
  });
  const edges = list(given.edges ?? [], `${at}edges`).map((value, index) => {
    const place = `${at}edges[${index}]`;
    const { source, target, source_port = null, target_port = null } = record(value, place);
    const end = (name: unknown, where: string) => {
      const id = text(name, where);
      if (!known.has(id)) throw new Fault(where, "node");
      return id;
    };
    const port = (name: unknown, where: string) => (name === null ? null : text(name, where));
    return {
      source: end(source, `${place}.source`),
      target: end(target, `${place}.target`),
      source_port: port(source_port, `${place}.source_port`),
      target_port: port(target_port, `${place}.target_port`),
    };
  });
  const parameters = mapped(given.parameters, `${at}parameters`, number);
  return { parameters, nodes, edges } as WireBlock;
}

function record(value: unknown, place: string): { [name: string]: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Fault(place, "object");
  return value as { [name: string]: unknown };
}

function list(value: unknown, place: string): unknown[] {
  if (!Array.isArray(value)) throw new Fault(place, "list");
  return value;
}

function text(value: unknown, place: string): string {
  if (typeof value !== "string") throw new Fault(place, "text");
  return value;
}

function number(value: unknown, place: string): number {
  if (typeof value !== "number") throw new Fault(place, "number");
  return value;
}

function position(value: unknown, place: string): [number, number] {
  const at = list(value, place);
  if (at.length !== 2) throw new Fault(place, "position");
  return [number(at[0], place), number(at[1], place)];
}

function mapped<T>(value: unknown, place: string, make: (entry: unknown, place: string) => T): { [name: string]: T } {
  const entries = Object.entries(record(value ?? {}, place));
  return Object.fromEntries(entries.map(([name, entry]) => [name, make(entry, `${place}.${name}`)]));
}
