/** A node that uses a block becomes the nodes of the block: `group.ts` the other way round. */
import { CARD_WIDTH, COLUMN_GAP, cardSize, GRID, overlaps, type Size, snap } from "../geometry";
import { freeIdLike } from "../ids";
import { marksOf } from "../marks";
import { completePositions, type Positions } from "../placement";
import { type Level, portsAt } from "../ports";
import { sharersOf } from "../sharing";
import { downstream } from "../topology";
import {
  type Block,
  blockNameOf,
  blockOf,
  type Edge,
  type Edit,
  ENTRY_TYPE,
  EXIT_TYPE,
  type JsonValue,
  type Label,
  type Node,
  type Position,
} from "../types";
import { shiftedPoints } from "../ways";
import {
  type Expression,
  ExpressionError,
  isExpression,
  MAX_EXPRESSION_LENGTH,
  mapExpressions,
  namesIn,
  num,
  parseExpression,
  substitute,
  toValue,
} from "./expressions";
import { firstOf } from "./group";
import { numberOf, usesOf, valuesOf } from "./uses";

/** More nodes than this are not put into one level: nobody could work with them. */
export const MOST_UNPACKED = 2000;

export interface Unpacked {
  edits: Edit[];
  ids: string[];
  /** How often the block stood in a row. */
  copies: number;
}

/** A problem that the plan meets on its way. */
class Refusal extends Error {
  constructor(readonly label: Label) {
    super(label.key);
  }
}

function refuse(key: string, values: Label["values"] = {}): never {
  throw new Refusal({ key, values });
}

/** The edits that put the inside of node `id` in its place, or why that cannot be. */
export function planUnpack(level: Level, blockName: string, id: string): Unpacked | Label {
  try {
    return new Unpacking(level, blockName, id).plan();
  } catch (error) {
    if (error instanceof Refusal) return error.label;
    throw error;
  }
}

interface End {
  node: string;
  port: string | null;
}

class Unpacking {
  private readonly node: Node;
  private readonly name: string;
  private readonly inside: Block;
  private readonly entries: string[];
  private readonly exits: string[];
  private readonly nodes: Node[];
  private readonly copies: number;
  private readonly ids: Map<string, string>[];

  constructor(
    private readonly level: Level,
    private readonly blockName: string,
    id: string,
  ) {
    const node = level.block.nodes.find((candidate) => candidate.id === id);
    const name = node ? blockNameOf(node.type) : null;
    if (!node || name === null) refuse("unpack.notABlock");
    const inside = blockOf(level.document, name);
    if (!inside) refuse("reason.noSuchBlock", { name });
    if (node.muted) refuse("unpack.muted", { id });
    if (downstream(level.block, id).has(id)) refuse("unpack.circle", { id });
    // Nodes share weights only within one block, and its twin stays one.
    const twin = node.share ?? sharersOf(level.block, id)[0]?.id ?? null;
    if (twin !== null) refuse("unpack.shared", { id, twin });
    this.node = node;
    this.name = name;
    this.inside = inside;
    this.entries = inside.nodes.filter(({ type }) => type === ENTRY_TYPE).map((port) => port.id);
    this.exits = inside.nodes.filter(({ type }) => type === EXIT_TYPE).map((port) => port.id);
    this.nodes = inside.nodes.filter(({ type }) => type !== ENTRY_TYPE && type !== EXIT_TYPE);
    if (new Set(inside.nodes.map((inner) => inner.id)).size < inside.nodes.length) refuse("unpack.doubledId", { name });
    const astray = this.nodes.find(({ share }) => share !== null && !this.nodes.some((one) => one.id === share));
    if (astray) refuse("unpack.shareUnknown", { id: astray.id, owner: astray.share ?? "", name });
    this.copies = this.countCopies();
    this.ids = this.newIds();
  }

  plan(): Unpacked {
    const { blockName: block, node } = this;
    const values = this.passedValues();
    const inner = this.ids.flatMap((ids) =>
      this.nodes.map(
        (old): Node => ({
          ...this.withValues(old, values),
          id: ids.get(old.id) ?? old.id,
          share: old.share === null ? null : (ids.get(old.share) ?? null),
        }),
      ),
    );
    const wires = this.wires();
    const { places, moves } = this.places();
    const edits: Edit[] = [
      { op: "remove_node", block, id: node.id },
      ...moves,
      ...inner.map((one): Edit => {
        const position = places[one.id];
        return { op: "add_node", block, node: one, ...(position ? { position } : {}) };
      }),
      ...wires,
      ...this.ledWays(places),
    ];
    const isLast = usesOf(this.level.document, this.name).length === 1;
    if (isLast) edits.push({ op: "set_block", name: this.name, definition: null });
    return { edits, ids: inner.map(({ id }) => id), copies: this.copies };
  }

  private countCopies(): number {
    const { node, level } = this;
    const counts = new Set(
      valuesOf(level.document, this.blockName).map((values) => numberOf(node.repeat, values)?.value),
    );
    const [count] = counts;
    if (counts.size > 1) refuse("unpack.repeatVaries", { id: node.id, repeat: node.repeat });
    if (count === undefined || !Number.isInteger(count) || count < 1) refuse("unpack.badRepeat", { id: node.id });
    if (count > 1 && this.entries.length !== this.exits.length) refuse("unpack.badRepeat", { id: node.id });
    if (count * this.nodes.length > MOST_UNPACKED) {
      refuse("unpack.tooMany", { count: count * this.nodes.length, most: MOST_UNPACKED });
    }
    return count;
  }

  /** Ids as they were inside where they are free; of repetitions with the path's number: `stage_0_conv`. */
  private newIds(): Map<string, string>[] {
    const taken = new Set(this.level.block.nodes.map(({ id }) => id));
    taken.delete(this.node.id);
    return Array.from({ length: this.copies }, (_, copy) => {
      const ids = new Map<string, string>();
      for (const { id } of this.nodes) {
        const long = this.copies > 1 ? `${this.node.id}_${copy}_${id}` : `${this.node.id}_${id}`;
        const wanted = this.copies > 1 || taken.has(id) ? long : id;
        const found = freeIdLike(wanted, taken);
        taken.add(found);
        ids.set(id, found);
      }
      return ids;
    });
  }

  /** What each parameter of the block is, over the parameters of the block outside. */
  private passedValues(): Map<string, Expression> {
    const values = new Map<string, Expression>();
    for (const [name, held] of Object.entries(this.inside.parameters)) {
      const given = this.node.params[name] ?? held;
      values.set(name, this.parse(given));
    }
    return values;
  }

  private parse(value: JsonValue): Expression {
    if (typeof value === "number") return num(value);
    if (!isExpression(value)) refuse("unpack.badExpression", { text: String(value) });
    try {
      return parseExpression(value);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return refuse("unpack.badExpression", { text: value });
    }
  }

  private withValues(node: Node, values: ReadonlyMap<string, Expression>): Node {
    const replace = (text: string): JsonValue => {
      const tree = this.parse(text);
      for (const name of namesIn(text)) if (!values.has(name)) refuse("unpack.badExpression", { text });
      const result = toValue(substitute(tree, values));
      if (typeof result === "string" && result.length > MAX_EXPRESSION_LENGTH)
        refuse("unpack.tooLong", { id: node.id });
      return result;
    };
    const params = Object.fromEntries(
      Object.entries(node.params).map(([name, value]) => [name, mapExpressions(value, replace)]),
    );
    const repeat = mapExpressions(node.repeat, replace) as Node["repeat"];
    return { ...node, params, repeat };
  }

  /** Where a value inside repetition `copy` really comes from; null where no wire brings it. */
  private origin(copy: number, source: string, port: string | null): End | null {
    const entry = this.entries.indexOf(source);
    if (entry < 0) return { node: this.ids[copy]?.get(source) ?? source, port };
    if (copy > 0) return this.exitOrigin(copy - 1, entry);
    const name = this.entries[entry];
    const outer = this.level.block.edges.find(
      (edge) => edge.target === this.node.id && (edge.target_port ?? this.entries[0]) === name,
    );
    return outer ? { node: outer.source, port: outer.source_port } : null;
  }

  /** What exit number `exit` of repetition `copy` gives. */
  private exitOrigin(copy: number, exit: number): End | null {
    const edge = this.inside.edges.find(({ target }) => target === this.exits[exit]);
    return edge ? this.origin(copy, edge.source, edge.source_port) : null;
  }

  private wires(): Edit[] {
    const block = this.blockName;
    const last = this.copies - 1;
    const outer: Edit[] = [];
    const kept: Edge[] = [];
    for (const edge of this.level.block.edges) {
      if (edge.target === this.node.id) continue;
      if (edge.source !== this.node.id) {
        kept.push(edge);
        continue;
      }
      const from = this.exitOrigin(last, edge.source_port === null ? 0 : this.exits.indexOf(edge.source_port));
      if (!from) continue;
      const changed = { ...edge, source: from.node, source_port: from.port };
      outer.push({ op: "add_edge", block, edge: changed, index: kept.length });
      kept.push(changed);
    }
    const inner = this.ids.flatMap((ids, copy) =>
      this.inside.edges.flatMap((edge): Edge[] => {
        const target = ids.get(edge.target);
        const from = target === undefined ? null : this.origin(copy, edge.source, edge.source_port);
        if (!from || target === undefined) return [];
        return [{ source: from.node, target, source_port: from.port, target_port: edge.target_port }];
      }),
    );
    this.refuseDoubled(kept, inner);
    return [...outer, ...inner.map((edge): Edit => ({ op: "add_edge", block, edge }))];
  }

  /** The points of the wires inside, moved with the nodes at their ends. */
  private ledWays(places: Positions): Edit[] {
    const { level, blockName: block } = this;
    const inside = completePositions({ ...level, block: this.inside }, level.document.view[this.name] ?? {});
    return marksOf(level.document, this.name).ways.flatMap(({ edge, points }) =>
      this.ids.flatMap((ids): Edit[] => {
        const [source, target] = [ids.get(edge.source), ids.get(edge.target)];
        const [then, now] = [inside[edge.source], source === undefined ? undefined : places[source]];
        if (source === undefined || target === undefined || !then || !now) return [];
        const by: Position = [now[0] - then[0], now[1] - then[1]];
        return [{ op: "set_way", block, edge: { ...edge, source, target }, points: shiftedPoints(points, by) }];
      }),
    );
  }

  /** Two ports of the block that one source feeds, or that give one value, would be the same wire twice. */
  private refuseDoubled(kept: readonly Edge[], inner: readonly Edge[]): void {
    const written = (edge: Edge) => JSON.stringify([edge.source, edge.source_port, edge.target, edge.target_port]);
    const before = this.level.block.edges.map(written);
    const doubledBefore = before.length - new Set(before).size;
    const all = [...kept, ...inner].map(written);
    if (all.length - new Set(all).size > doubledBefore) refuse("unpack.doubledWire", { id: this.node.id });
  }

  /** Places of the new nodes, and the moves of others that make room for them. */
  private places(): { places: Positions; moves: Edit[] } {
    const { level, blockName, node } = this;
    const outside = completePositions(level, level.document.view[blockName] ?? {});
    const at = outside[node.id] ?? [0, 0];
    const insideLevel = { ...level, block: this.inside };
    const stored = completePositions(insideLevel, level.document.view[this.name] ?? {});
    const cards = this.nodes.map(({ id }) => ({
      id,
      at: stored[id] ?? [0, 0],
      size: cardSize(portsAt(insideLevel, id)),
    }));
    if (cards.length === 0) return { places: {}, moves: [] };
    const box = boxOf(cards);
    const card = cardSize(portsAt(level, node.id));
    const pitch = box.width + COLUMN_GAP;
    const total = { width: box.width + pitch * (this.copies - 1), height: box.height };
    const others = level.block.nodes.flatMap(({ id }) => {
      const place = outside[id];
      return id === node.id || !place ? [] : [{ id, at: place, size: cardSize(portsAt(level, id)) }];
    });
    const placed = (left: number, top: number): Positions =>
      Object.fromEntries(
        this.ids.flatMap((ids, copy) =>
          cards.map(({ id, at: [x, y] }) => [ids.get(id) ?? id, [left + x - box.x + copy * pitch, top + y - box.y]]),
        ),
      );
    // In the middle of where the block stood, or from where its first card did: a selection that was grouped comes back to
    // its own places.
    const first = stored[firstOf(this.inside, new Set(cards.map(({ id }) => id))) ?? ""];
    const isAtFirst = first !== undefined && first[0] === at[0] && first[1] === at[1];
    const left = isAtFirst ? box.x : box.x + nearest(at[0] + card.width / 2 - total.width / 2 - box.x);
    const top = isAtFirst ? box.y : box.y + nearest(at[1] + card.height / 2 - total.height / 2 - box.y);
    const own = this.copies === 1 ? cards : [];
    const isFree = own.every(({ at: [x, y], size }) => {
      const place: [number, number] = [left + x - box.x, top + y - box.y];
      return others.every((other) => !overlaps(place, size, other.at, other.size, 0));
    });
    if (this.copies === 1 && isFree) return { places: placed(left, top), moves: [] };
    return { places: placed(at[0], at[1]), moves: this.makeRoom(others, at, card, total) };
  }

  /** What stands below goes down and what stands right goes right, by as much as the inside is larger than the card. */
  private makeRoom(others: readonly Card[], at: readonly [number, number], card: Size, total: Size): Edit[] {
    const right = snap(Math.max(0, total.width - CARD_WIDTH) + GRID / 2);
    const down = snap(Math.max(0, total.height - card.height) + GRID / 2);
    return others.flatMap(({ id, at: [x, y] }): Edit[] => {
      const isBelow = y >= at[1] + card.height;
      const isRight = !isBelow && x >= at[0] + card.width;
      const [dx, dy] = [isRight ? right : 0, isBelow ? down : 0];
      if (dx === 0 && dy === 0) return [];
      return [{ op: "move_node", block: this.blockName, id, position: [x + dx, y + dy] }];
    });
  }
}

/** A step of the grid, none where half a step or less is asked for: the card's own place was rounded by that much. */
function nearest(distance: number): number {
  return Math.abs(distance) <= GRID / 2 ? 0 : snap(distance);
}

interface Card {
  id: string;
  at: readonly [number, number];
  size: Size;
}

function boxOf(cards: readonly Card[]): { x: number; y: number; width: number; height: number } {
  const x = Math.min(...cards.map(({ at }) => at[0]));
  const y = Math.min(...cards.map(({ at }) => at[1]));
  const right = Math.max(...cards.map(({ at, size }) => at[0] + size.width));
  const bottom = Math.max(...cards.map(({ at, size }) => at[1] + size.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** Whether a plan was refused. */
export function isRefused(plan: Unpacked | Label): plan is Label {
  return "key" in plan;
}
