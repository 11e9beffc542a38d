/** Which types of nodes a loose wire could go to, before any of them is there. */
import { reportPrefix } from "./levels";
import { normalizeNode } from "./normalize";
import { fitsTensor, type Level, portsAt, portsOf } from "./ports";
import type { CheckReport, JsonValue, PortRead } from "./types";
import type { LooseWire } from "./wiring";

export type Fit = "fits" | "mismatch" | "none";

/** Says of a type what would come of a wire to it: it fits, it has a port that takes something else, or it has none. */
export function fitsOf(
  { from, kind }: LooseWire,
  level: Level,
  path: readonly string[],
  report: CheckReport | null,
): (type: string) => Fit {
  const side = kind === "source" ? "inputs" : "outputs";
  const portsOfType = (type: string): readonly PortRead[] =>
    portsOf(normalizeNode({ id: "", type }), level.block, level.document, level.catalogue)[side];
  const grade = (ports: readonly PortRead[], fits: (port: PortRead) => boolean): Fit => {
    if (ports.length === 0) return "none";
    return ports.some(fits) ? "fits" : "mismatch";
  };
  if (kind === "source") {
    const tensor = report?.nodes[reportPrefix(report, path) + from.node]?.outputs?.[from.port];
    return (type) => grade(portsOfType(type), (port) => !tensor || fitsTensor(tensor, port));
  }
  const input = portsAt(level, from.node).inputs.find(({ name }) => name === from.port);
  const takes = (port: PortRead) => !input || (overlap(port.ranks, input.ranks) && overlap(port.dtypes, input.dtypes));
  return (type) => grade(portsOfType(type), takes);
}

/** Whether two lists of what is possible have something in common; an empty or missing one says nothing. */
function overlap(a: readonly JsonValue[] | null | undefined, b: readonly JsonValue[] | null | undefined): boolean {
  if (!a?.length || !b?.length) return true;
  return a.some((value) => b.includes(value));
}
