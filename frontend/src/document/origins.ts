/** Where the sizes of a tensor come from. */
import { type Level, portsAt } from "./ports";
import type { CheckReport, Edge, JsonValue, Node, TensorShape } from "./types";

export interface Origin {
  size: number;
  /** The node that gave the axis this size: the last one on the way that changed it. */
  node: string;
  /** Its setting of that value, where exactly one has it. */
  setting: string | null;
}

/**
 * For each axis with a number of a wire's tensor, the node that it comes from. The way leads back through the first wire of
 * each node as long as the number of axes and the axis's size stay.
 */
export function originsOf(edge: Edge, level: Level, report: CheckReport | null, prefix: string): Origin[] {
  const shape = shapeOf(edge, level, report, prefix);
  return (shape ?? []).flatMap((size, axis): Origin[] => {
    if (typeof size !== "number") return [];
    const node = originOf(edge, axis, size, { level, report, prefix });
    return node ? [{ size, node: node.id, setting: settingOf(node, size, level) }] : [];
  });
}

interface Ground {
  level: Level;
  report: CheckReport | null;
  prefix: string;
}

function shapeOf(
  edge: Edge,
  level: Level,
  report: CheckReport | null,
  prefix: string,
): TensorShape["shape"] | undefined {
  const outputs = report?.nodes[prefix + edge.source]?.outputs ?? {};
  const port = edge.source_port ?? portsAt(level, edge.source).outputs[0]?.name;
  return port === undefined ? undefined : outputs[port]?.shape;
}

function originOf(edge: Edge, axis: number, size: number, ground: Ground): Node | undefined {
  const { level, report, prefix } = ground;
  const seen = new Set<string>();
  let current = edge;
  for (;;) {
    const { source } = current;
    const into = level.block.edges.find(({ target }) => target === source);
    const own = shapeOf(current, level, report, prefix);
    const before = into && shapeOf(into, level, report, prefix);
    const isPassedOn = before?.length === own?.length && before?.[axis] === size;
    if (!into || !isPassedOn || seen.has(source)) return level.block.nodes.find(({ id }) => id === source);
    seen.add(source);
    current = into;
  }
}

/** The one setting of a node, written or by default, whose value is `size` (or a list that has it). */
function settingOf(node: Node, size: number, { catalogue }: Level): string | null {
  const properties = (catalogue.get(node.type)?.params_schema.properties ?? {}) as {
    [name: string]: { default?: JsonValue };
  };
  const names = [...new Set([...Object.keys(node.params), ...Object.keys(properties)])];
  const fitting = names.filter((name) => {
    const value = node.params[name] ?? properties[name]?.default;
    return value === size || (Array.isArray(value) && value.includes(size));
  });
  const [only] = fitting;
  return fitting.length === 1 && only !== undefined ? only : null;
}
