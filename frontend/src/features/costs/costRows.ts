/** The cost of every layer as rows of a table. */
import type { NetworkTimes } from "@/api";
import { blockNameOf, type CheckReport, type Document, type Node, resolveLevel } from "@/document";
import { formatShape } from "@/ui";

export interface CostRow {
  /** The layer in the unfolded network: `stage.0.conv`. */
  path: string;
  type: string;
  /** Shape by shape, `N x 64 x 28 x 28`. */
  output: string;
  parameters: number;
  macs: number;
  activation_bytes: number;
  /** Milliseconds of one batch, and the share of both together in all layers' times; null where no run has measured it. */
  forward_ms: number | null;
  backward_ms: number | null;
  time_share: number | null;
}

export type Column = keyof CostRow;

const TIMES = ["forward_ms", "backward_ms", "time_share"] as const;
const COSTS = ["parameters", "macs", "activation_bytes"] as const;
const COLUMNS: readonly Column[] = ["path", "type", "output", ...COSTS];
export const NUMBERS: ReadonlySet<Column> = new Set([...COSTS, ...TIMES]);

/** Times have columns once a run has measured some. */
export const columnsOf = (hasTimes: boolean): readonly Column[] => (hasTimes ? [...COLUMNS, ...TIMES] : COLUMNS);

const namesOf = (path: string): string[] => path.split(".").filter((part) => !/^\d+$/.test(part));

/** The level in which the layer at `path` stands, and its id there. */
export function placeOf(path: string): { level: string[]; id: string } {
  const names = namesOf(path);
  return { level: names.slice(0, -1), id: names.at(-1) ?? "" };
}

function nodeAt(document: Document, path: string): Node | undefined {
  const { level, id } = placeOf(path);
  return resolveLevel(document, level).block.nodes.find((node) => node.id === id);
}

/** One row for each layer in the order of the report; blocks are the sum of their layers and have none. */
export function costRows(document: Document, report: CheckReport, times: NetworkTimes | null): CostRow[] {
  const outer = new Set<string>();
  for (const path of Object.keys(report.nodes)) {
    for (let at = path.lastIndexOf("."); at > 0; at = path.lastIndexOf(".", at - 1)) outer.add(path.slice(0, at));
  }
  const rows = Object.entries(report.nodes).flatMap(
    ([path, { outputs, parameters, macs, activation_bytes }]): CostRow[] => {
      const node = nodeAt(document, path);
      if (outer.has(path) || !node || blockNameOf(node.type) !== null) return [];
      const output = Object.values(outputs ?? {})
        .map(({ shape }) => formatShape(shape))
        .join(", ");
      const time = times?.nodes[path];
      const [forward_ms, backward_ms] = [time?.forward_ms ?? null, time?.backward_ms ?? null];
      return [
        {
          path,
          type: node.type,
          output,
          parameters,
          macs,
          activation_bytes,
          forward_ms,
          backward_ms,
          time_share: null,
        },
      ];
    },
  );
  const { forward_ms, backward_ms } = totalTimes(rows);
  const all = forward_ms + backward_ms;
  return rows.map((row) =>
    row.forward_ms === null ? row : { ...row, time_share: (row.forward_ms + (row.backward_ms ?? 0)) / (all || 1) },
  );
}

/** Of the layers whose times are known. */
export function totalTimes(rows: readonly CostRow[]): { forward_ms: number; backward_ms: number } {
  const sum = (column: "forward_ms" | "backward_ms") => rows.reduce((total, row) => total + (row[column] ?? 0), 0);
  return { forward_ms: sum("forward_ms"), backward_ms: sum("backward_ms") };
}

/** The rows by one column; equal ones keep their order, and what is not known comes last. */
export function sortRows(rows: readonly CostRow[], column: Column, isDescending: boolean): CostRow[] {
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    if (x === null || y === null) return Number(x === null) - Number(y === null);
    return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
  });
}

/** Comma-separated, with plain numbers: what a spreadsheet or pandas reads. */
export function toCsv(rows: readonly CostRow[], columns: readonly Column[]): string {
  const cell = (value: string | number | null) =>
    value === null ? "" : /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value;
  const lines = rows.map((row) => columns.map((column) => cell(row[column])).join(","));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}
