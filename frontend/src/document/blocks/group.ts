/** Selected nodes become a block: its ports are the wires that crossed the border of the selection. */
import { applyEdits } from "../edits";
import { CARD_WIDTH, COLUMN_GAP, cardSize, overlaps, ROW_GAP, snap, snapPosition } from "../geometry";
import { freeId, freeIdLike, idPrefix } from "../ids";
import { marksOf } from "../marks";
import { completePositions, freePlaceForSize, type Positions } from "../placement";
import { endsOf, type Level, portsAt } from "../ports";
import { dataOrder, downstreamOfAll } from "../topology";
import {
  BLOCK_PREFIX,
  type Block,
  blockOf,
  type Edge,
  type Edit,
  ENTRY_TYPE,
  EXIT_TYPE,
  type Label,
  type Node,
  type PortRef,
  type Position,
} from "../types";
import { namesInValue } from "./expressions";

/** Why the nodes `ids` of the level cannot become a block, or null. */
export function groupProblem(level: Level, ids: readonly string[]): Label | null {
  const chosen = new Set(ids);
  const nodes = level.block.nodes.filter((node) => chosen.has(node.id));
  if (nodes.length === 0) return { key: "reason.noNodeSelected" };
  const port = nodes.find(({ type }) => type === ENTRY_TYPE || type === EXIT_TYPE);
  if (port) return { key: "group.port", values: { id: port.id, type: port.type } };
  const doubled = nodes.find(({ id }, at) => nodes.findIndex((other) => other.id === id) !== at);
  if (doubled) return { key: "group.doubledId", values: { id: doubled.id } };
  const lent = sharingAcross(level.block, chosen);
  if (lent) return { key: "group.shared", values: { id: lent.id, owner: lent.share ?? "" } };
  const between = nodeBetween(level.block, chosen);
  return between === null ? null : { key: "group.circle", values: { id: between } };
}

/** A node whose weights stand on the other side of the border: nodes share weights only within one block. */
function sharingAcross(block: Block, chosen: ReadonlySet<string>): Node | undefined {
  const ids = new Set(block.nodes.map(({ id }) => id));
  return block.nodes.find(({ id, share }) => share !== null && ids.has(share) && chosen.has(id) !== chosen.has(share));
}

/** A node outside that the chosen ones feed and that feeds them: a block in their place would feed itself. */
function nodeBetween(block: Block, chosen: ReadonlySet<string>): string | null {
  const edges = block.edges.filter((edge) => !chosen.has(edge.source) || !chosen.has(edge.target));
  const starts = new Set(edges.filter(({ source }) => chosen.has(source)).map(({ target }) => target));
  const outside = { ...block, edges: block.edges.filter(({ source }) => !chosen.has(source)) };
  const behind = downstreamOfAll(outside, starts);
  return edges.find(({ source, target }) => chosen.has(target) && behind.has(source))?.source ?? null;
}

/** A name for the block: what its nodes are, where they are few, else what the ids have in common. */
export function suggestBlockName(level: Level, ids: readonly string[]): string {
  const chosen = new Set(ids);
  const order = dataOrder(level.block).filter((id) => chosen.has(id));
  const stem = commonStem(order);
  const words = order.map((id) =>
    idPrefix(level.block.nodes.find((node) => node.id === id)?.type ?? "", level.catalogue),
  );
  const joined = words.filter((word, at) => word !== words[at - 1]).join("_");
  const name = stem ?? (words.length <= MOST_WORDS && joined.length <= MOST_LETTERS ? joined : "block");
  return freeBlockName(toClassName(name), Object.keys(level.document.blocks));
}

const MOST_WORDS = 3;
const MOST_LETTERS = 20;

/** `stage1_conv` and `stage1_norm` to `stage1`; null where there is nothing that all begin with. */
function commonStem(ids: readonly string[]): string | null {
  const [first, ...others] = ids.map((id) => id.split("_"));
  if (!first || others.length === 0) return null;
  const length = first.findIndex((part, at) => others.some((parts) => parts[at] !== part));
  return length > 0 ? first.slice(0, length).join("_") : null;
}

function toClassName(text: string): string {
  return text
    .split("_")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/** `name`, or with a number where it is taken. */
export function freeBlockName(name: string, taken: Iterable<string>): string {
  return freeIdLike(name, new Set(taken));
}

export interface Grouped {
  edits: Edit[];
  /** The id of the node that takes the place of the others. */
  id: string;
}

/** The edits that make the nodes `ids` of block `blockName` a block called `name`; `groupProblem` must have been null. */
export function groupEdits(level: Level, blockName: string, ids: readonly string[], name: string): Grouped {
  const chosen = new Set(ids);
  const { block, document } = level;
  const nodes = block.nodes.filter((node) => chosen.has(node.id));
  const border = findBorder(level, chosen);
  const definition: Block = {
    parameters: passedParameters(block, nodes),
    nodes: [
      ...border.entries.map(({ id }) => portNode(id, ENTRY_TYPE)),
      ...nodes,
      ...border.exits.map(({ id }) => portNode(id, EXIT_TYPE)),
    ],
    edges: innerEdges(level, chosen, border),
  };
  const outside = new Set(block.nodes.filter((node) => !chosen.has(node.id)).map((node) => node.id));
  const type = BLOCK_PREFIX + name;
  const id = freeId(idPrefix(type, level.catalogue), outside);
  const params = Object.fromEntries(
    Object.keys(definition.parameters).map((parameter) => [parameter, `=${parameter}`]),
  );
  const places = placesOf(level, blockName, border, nodes);
  const edits: Edit[] = [
    { op: "set_block", name, definition },
    ...Object.entries(places).map(([node, position]): Edit => ({ op: "move_node", block: name, id: node, position })),
    // The wires that lie wholly within go through the same points; the places inside are the same too.
    ...marksOf(document, blockName).ways.flatMap(({ edge, points }): Edit[] =>
      chosen.has(edge.source) && chosen.has(edge.target) ? [{ op: "set_way", block: name, edge, points }] : [],
    ),
    ...nodes.map((node): Edit => ({ op: "remove_node", block: blockName, id: node.id })),
    { op: "add_node", block: blockName, node: { id, type, params, repeat: 1, muted: false } },
    ...outerEdges(level, chosen, border, id, blockName),
  ];
  const grouped = applyEdits(document, edits);
  const after = { ...level, document: grouped, block: blockOf(grouped, blockName) ?? block };
  const stored = { ...grouped.view[blockName] };
  delete stored[id];
  const size = cardSize(portsAt(after, id));
  const [x, y] = centreOf(places, nodes, level);
  const middle: Position = [snap(x - size.width / 2), snap(y - size.height / 2)];
  // Where another card stands in their middle, the place of the first of them is free.
  const isFree = freePlaceForSize(after, stored, size, middle)[1] === middle[1];
  const first = places[firstOf(block, chosen) ?? ""];
  const position = isFree || !first ? middle : freePlaceForSize(after, stored, size, first);
  return { edits: [...edits, { op: "move_node", block: blockName, id, position: snapPosition(position) }], id };
}

/** A port of the new block: its id inside, and the port that the wires across the border come from. */
interface BorderPort {
  id: string;
  from: PortRef;
  /** Inside for an entry, outside for an exit: where its wires lead. */
  targets: PortRef[];
}

interface Border {
  entries: BorderPort[];
  exits: BorderPort[];
}

function findBorder(level: Level, chosen: ReadonlySet<string>): Border {
  const entries: BorderPort[] = [];
  const exits: BorderPort[] = [];
  for (const edge of level.block.edges) {
    if (chosen.has(edge.source) === chosen.has(edge.target)) continue;
    const { source, target } = endsOf(edge, level);
    const ports = chosen.has(edge.target) ? entries : exits;
    const known = ports.find(({ from }) => samePort(from, source));
    if (known) known.targets.push(target);
    else ports.push({ id: "", from: source, targets: [target] });
  }
  const order = dataOrder(level.block).filter((id) => chosen.has(id));
  if (entries.length === 0) entries.push(...openInputs(level, order));
  if (exits.length === 0) exits.push(...openOutputs(level, order));
  const taken = new Set(chosen);
  for (const port of entries) port.id = takeId(entries.length === 1 ? ["x"] : entryNames(level, port), taken);
  for (const port of exits) port.id = takeId([exits.length === 1 ? "y" : exitName(level, port)], taken);
  return { entries, exits };
}

const samePort = (a: PortRef, b: PortRef) => a.node === b.node && a.port === b.port;

/** The first of `wanted` that is free, else one like the last of them. */
function takeId(wanted: readonly string[], taken: Set<string>): string {
  const id = wanted.find((name) => !taken.has(name)) ?? freeIdLike(wanted.at(-1) ?? "port", taken);
  taken.add(id);
  return id;
}

/** Nothing leads in: what stands open is where something may lead in later. */
function openInputs(level: Level, order: readonly string[]): BorderPort[] {
  return order.flatMap((node) =>
    portsAt(level, node)
      .inputs.filter(
        ({ name }) =>
          !level.block.edges.some((edge) => edge.target === node && endsOf(edge, level).target.port === name),
      )
      .map(({ name }) => ({ id: "", from: { node: "", port: `${node}.${name}` }, targets: [{ node, port: name }] })),
  );
}

function openOutputs(level: Level, order: readonly string[]): BorderPort[] {
  return order.flatMap((node) => {
    const used = new Set(
      level.block.edges.filter(({ source }) => source === node).map((edge) => endsOf(edge, level).source.port),
    );
    const open = used.size > 0 ? [] : portsAt(level, node).outputs.slice(0, 1);
    return open.map(({ name }) => ({ id: "", from: { node, port: name }, targets: [] }));
  });
}

/** What the inner port is called, where it has a name of its own (`query`), and what feeds it. */
function entryNames(level: Level, { from, targets }: BorderPort): string[] {
  const names = new Set(targets.map(({ node, port }) => (portsAt(level, node).inputs.length > 1 ? port : "")));
  const [only] = names;
  const ofPort = names.size === 1 && only ? [only] : [];
  if (from.node === "") return [...ofPort, "x"];
  return [...ofPort, portsAt(level, from.node).outputs.length > 1 ? `${from.node}_${from.port}` : from.node];
}

function exitName(level: Level, { from }: BorderPort): string {
  return portsAt(level, from.node).outputs.length > 1 ? from.port : `${from.node}_out`;
}

function portNode(id: string, type: string): Node {
  return { id, type, params: {}, repeat: 1, muted: false, share: null };
}

/** Wires inside, in the order of the old ones: it is the order of what is joined. */
function innerEdges(level: Level, chosen: ReadonlySet<string>, border: Border): Edge[] {
  const into = level.block.edges.flatMap((edge): Edge[] => {
    if (!chosen.has(edge.target)) return [];
    if (chosen.has(edge.source)) return [edge];
    const { source } = endsOf(edge, level);
    const entry = border.entries.find(({ from }) => samePort(from, source));
    return entry ? [{ ...edge, source: entry.id, source_port: null }] : [];
  });
  const open = border.entries
    .filter(({ from }) => from.node === "")
    .flatMap(({ id, targets }) =>
      targets.map((target): Edge => ({ ...wire(id, target.node), target_port: namedInput(level, target) })),
    );
  const out = border.exits.map(
    ({ id, from }): Edge => ({ ...wire(from.node, id), source_port: namedOutput(level, from) }),
  );
  return [...into, ...open, ...out];
}

const wire = (source: string, target: string): Edge => ({ source, target, source_port: null, target_port: null });

function namedInput(level: Level, { node, port }: PortRef): string | null {
  return portsAt(level, node).inputs.length > 1 ? port : null;
}

function namedOutput(level: Level, { node, port }: PortRef): string | null {
  return portsAt(level, node).outputs.length > 1 ? port : null;
}

/** Wires outside, each at its old place among the block's wires. */
function outerEdges(level: Level, chosen: ReadonlySet<string>, border: Border, id: string, block: string): Edit[] {
  const edits: Edit[] = [];
  const seen = new Set<BorderPort>();
  let index = 0;
  for (const edge of level.block.edges) {
    const [begins, ends] = [chosen.has(edge.source), chosen.has(edge.target)];
    if (begins && ends) continue;
    if (!begins && !ends) {
      index += 1;
      continue;
    }
    const { source } = endsOf(edge, level);
    const port = (ends ? border.entries : border.exits).find(({ from }) => samePort(from, source));
    // Two wires from one source are one wire into the block.
    if (!port || (ends && seen.has(port))) continue;
    seen.add(port);
    const changed: Edge = ends
      ? { ...edge, target: id, target_port: border.entries.length > 1 ? port.id : null }
      : { ...edge, source: id, source_port: border.exits.length > 1 ? port.id : null };
    edits.push({ op: "add_edge", block, edge: changed, index });
    index += 1;
  }
  return edits;
}

/** The parameters of the enclosing block that the nodes' expressions use: they are passed on under their names. */
function passedParameters(block: Block, nodes: readonly Node[]): Block["parameters"] {
  const used = new Set(
    nodes.flatMap((node) => [...Object.values(node.params), node.repeat].flatMap((value) => [...namesInValue(value)])),
  );
  return Object.fromEntries(Object.entries(block.parameters).filter(([name]) => used.has(name)));
}

/** The first of the nodes `ids` in the order of the data. */
export function firstOf(block: Block, ids: ReadonlySet<string>): string | undefined {
  return dataOrder(block).find((id) => ids.has(id));
}

/** Inside, nodes keep their places; entries stand left and exits right of what they are wired to where that is free, else of
 * all of them, level with what they are wired to. */
function placesOf(level: Level, blockName: string, border: Border, nodes: readonly Node[]): Positions {
  const all = completePositions(level, level.document.view[blockName] ?? {});
  const places: Positions = {};
  for (const { id } of nodes) places[id] = all[id] ?? [0, 0];
  const xs = Object.values(places).map(([x]) => x);
  const left = Math.min(...xs) - CARD_WIDTH - COLUMN_GAP;
  const right = Math.max(...xs) + CARD_WIDTH + COLUMN_GAP;
  const sizes = new Map(nodes.map(({ id }) => [id, cardSize(portsAt(level, id))]));
  const isFree = (at: Position) =>
    Object.entries(places).every(([id, other]) => !overlaps(at, PORT_SIZE, other, sizes.get(id) ?? PORT_SIZE));
  stand(
    places,
    border.entries.map(({ id, targets }) => ({ id, beside: targets.map(({ node }) => node) })),
    (beside, y) => {
      const close = Math.min(...beside.map(([x]) => x)) - CARD_WIDTH - COLUMN_GAP;
      return beside.length > 0 && isFree([close, y]) ? close : left;
    },
  );
  stand(
    places,
    border.exits.map(({ id, from }) => ({ id, beside: [from.node] })),
    (beside, y) => {
      const close = Math.max(...beside.map(([x]) => x)) + CARD_WIDTH + COLUMN_GAP;
      return beside.length > 0 && isFree([close, y]) ? close : right;
    },
  );
  return places;
}

const PORT_SIZE = cardSize({ inputs: [], outputs: [], known: true });
const PORT_PITCH = PORT_SIZE.height + ROW_GAP;

/** Puts ports beneath each other; `column` says how far left or right one stands that is wired to cards at `beside`. */
function stand(
  places: Positions,
  ports: readonly { id: string; beside: readonly string[] }[],
  column: (beside: readonly Position[], y: number) => number,
): void {
  const wanted = ports.map(({ id, beside }) => {
    const cards = beside.flatMap((node) => (places[node] ? [places[node]] : []));
    return { id, cards, y: cards.length > 0 ? cards.reduce((sum, [, y]) => sum + y, 0) / cards.length : 0 };
  });
  let free = Number.NEGATIVE_INFINITY;
  for (const { id, cards, y } of wanted.sort((a, b) => a.y - b.y)) {
    const at = Math.max(y, free);
    places[id] = snapPosition([column(cards, at), at]);
    free = at + PORT_PITCH;
  }
}

/** The middle of the cards of `nodes`. */
function centreOf(places: Positions, nodes: readonly Node[], level: Level): [number, number] {
  const boxes = nodes.map(({ id }) => ({ at: places[id] ?? [0, 0], size: cardSize(portsAt(level, id)) }));
  const left = Math.min(...boxes.map(({ at }) => at[0]));
  const top = Math.min(...boxes.map(({ at }) => at[1]));
  const right = Math.max(...boxes.map(({ at, size }) => at[0] + size.width));
  const bottom = Math.max(...boxes.map(({ at, size }) => at[1] + size.height));
  return [(left + right) / 2, (top + bottom) / 2];
}
