/** A calm layout of one level, computed by ELK in a worker so that the page never stalls. */
import type { ELK, ElkExtendedEdge, ElkNode, ElkPort } from "elkjs/lib/elk-api.js";
import { loadPart } from "@/api";
import {
  COLUMN_GAP,
  cardSize,
  chainPositions,
  endsOf,
  type Level,
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
  const chain = chainPositions(level);
  if (chain) return chain;
  const engine = await loadElk();
  const result = await engine.layout({ id: "", layoutOptions: OPTIONS, ...graphOf(level) });
  const positions: Positions = {};
  for (const node of result.children ?? []) positions[node.id] = snapPosition([node.x ?? 0, node.y ?? 0]);
  return positions;
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
