/** The cost of every layer as rows of a table. */
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
}

export type Column = keyof CostRow;

export const COLUMNS: readonly Column[] = ["path", "type", "output", "parameters", "macs", "activation_bytes"];
export const NUMBERS: ReadonlySet<Column> = new Set(["parameters", "macs", "activation_bytes"]);

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
export function costRows(document: Document, report: CheckReport): CostRow[] {
  const outer = new Set<string>();
  for (const path of Object.keys(report.nodes)) {
    for (let at = path.lastIndexOf("."); at > 0; at = path.lastIndexOf(".", at - 1)) outer.add(path.slice(0, at));
  }
  return Object.entries(report.nodes).flatMap(([path, { outputs, parameters, macs, activation_bytes }]): CostRow[] => {
    const node = nodeAt(document, path);
    if (outer.has(path) || !node || blockNameOf(node.type) !== null) return [];
    const output = Object.values(outputs ?? {})
      .map(({ shape }) => formatShape(shape))
      .join(", ");
    return [{ path, type: node.type, output, parameters, macs, activation_bytes }];
  });
}

/** The rows by one column; equal ones keep their order. */
export function sortRows(rows: readonly CostRow[], column: Column, isDescending: boolean): CostRow[] {
  const sign = isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y)));
  });
}

/** Comma-separated, with plain numbers: what a spreadsheet or pandas reads. */
export function toCsv(rows: readonly CostRow[]): string {
  const cell = (value: string | number) =>
    /[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : value;
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(","));
  return `${[COLUMNS.join(","), ...lines].join("\n")}\n`;
}
