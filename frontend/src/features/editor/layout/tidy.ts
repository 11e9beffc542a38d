/** A calm layout of one level, computed by ELK in a worker so that the page never stalls. */
import type { ELK, ElkExtendedEdge, ElkNode, ElkPort } from "elkjs/lib/elk-api.js";
import { loadPart } from "@/api";
import {
  COLUMN_GAP,
  cardSize,
  chainPositions,
  dropToClear,
  endsOf,
  type Level,
  type Position,
  type Positions,
  portsOf,
  ROW_GAP,
  snapPosition,
} from "@/document";

let elk: Promise<ELK> | null = null;

/** The layout engine, loaded when it is first used: it is larger than the rest of the page. */
function loadElk(): Promise<ELK> {
  elk ??= (async () => {
    const [{ default: Elk }, { default: url }] = await loadPart(() =>
      Promise.all([import("elkjs/lib/elk-api.js"), import("elkjs/lib/elk-worker.min.js?url")]),
    );
    return new Elk({ workerFactory: () => new Worker(url) });
  })();
  elk.catch(() => {
    elk = null;
  });
  return elk;
}

const OPTIONS = {
  "elk.algorithm": "layered",
  "elk.direction": "RIGHT",
  "elk.spacing.nodeNode": String(ROW_GAP),
  "elk.layered.spacing.nodeNodeBetweenLayers": String(COLUMN_GAP),
  "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
  "elk.layered.nodePlacement.favorStraightEdges": "true",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
};

/** A position for every node of the level: columns from left to right in the order of the data, a chain in rows. */
export async function tidyPositions(level: Level): Promise<Positions> {
  return chainPositions(level) ?? (await layeredInWorker(level));
}

/**
 * Positions for the nodes `ids` alone: their own columns, with the upper left corner where theirs is now, further down
 * where they would lie on a card that stays. What stands between others is read in one direction: it is never laid in rows.
 */
export async function tidyPart(level: Level, stored: Positions, ids: readonly string[]): Promise<Positions> {
  const chosen = new Set(ids);
  const { nodes, edges } = level.block;
  const part = {
    ...level.block,
    nodes: nodes.filter(({ id }) => chosen.has(id)),
    edges: edges.filter(({ source, target }) => chosen.has(source) && chosen.has(target)),
  };
  const laid = await layeredInWorker({ ...level, block: part });
  const [from, to] = [cornerOf(laid), cornerOf(Object.fromEntries(ids.map((id) => [id, stored[id] ?? [0, 0]])))];
  const moved = Object.entries(laid).map(([id, [x, y]]): [string, Position] => {
    return [id, snapPosition([to[0] + x - from[0], to[1] + y - from[1]])];
  });
  const placed = { ...stored, ...Object.fromEntries(moved) };
  const drop = dropToClear(level, placed, ids);
  return Object.fromEntries(moved.map(([id, [x, y]]) => [id, snapPosition([x, y + drop])]));
}

async function layeredInWorker(level: Level): Promise<Positions> {
  const engine = await loadElk();
  const result = await engine.layout({ id: "", layoutOptions: OPTIONS, ...graphOf(level) });
  const positions: Positions = {};
  for (const node of result.children ?? []) positions[node.id] = snapPosition([node.x ?? 0, node.y ?? 0]);
  return positions;
}

function cornerOf(places: Positions): Position {
  const all = Object.values(places);
  return [Math.min(...all.map(([x]) => x)), Math.min(...all.map(([, y]) => y))];
}

function graphOf(level: Level): { children: ElkNode[]; edges: ElkExtendedEdge[] } {
  const portIds = new Set<string>();
  const children = level.block.nodes.map((node): ElkNode => {
    const ports = portsOf(node, level.block, level.document, level.catalogue);
    const elkPorts = [
      ...[...ports.inputs].reverse().map((port) => elkPort(`${node.id}<${port.name}`, "WEST")),
      ...ports.outputs.map((port) => elkPort(`${node.id}>${port.name}`, "EAST")),
    ];
    for (const { id } of elkPorts) portIds.add(id);
    return {
      id: node.id,
      ...cardSize(ports),
      ports: elkPorts,
      // Ports are given clockwise: outputs from the top, inputs from the bottom.
      layoutOptions: { "elk.portConstraints": "FIXED_ORDER" },
    };
  });
  const edges = level.block.edges.flatMap((edge, index): ElkExtendedEdge[] => {
    const ends = endsOf(edge, level);
    const source = `${ends.source.node}>${ends.source.port}`;
    const target = `${ends.target.node}<${ends.target.port}`;
    if (!portIds.has(source) || !portIds.has(target)) return [];
    return [{ id: String(index), sources: [source], targets: [target] }];
  });
  return { children, edges };
}

function elkPort(id: string, side: "WEST" | "EAST"): ElkPort {
  return { id, layoutOptions: { "elk.port.side": side } };
}
