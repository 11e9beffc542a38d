/** What the canvas is told of the differences, in words of the language that is read. */
import {
  type BlockChange,
  blockOf,
  type Document,
  differsWithin,
  type Edge,
  type FieldChange,
  type JsonValue,
  NETWORK,
} from "@/document";
import type { Difference, LevelDifferences } from "@/features/editor";

type Translate = (key: string, values?: Record<string, unknown>) => string;

/** By block of the merged document. */
export function levelDifferences(
  merged: Document,
  changes: readonly BlockChange[],
  t: Translate,
): ReadonlyMap<string, LevelDifferences> {
  const byBlock = new Map(changes.map((change) => [change.block, change]));
  const names = [NETWORK, ...Object.keys(merged.blocks)];
  return new Map(
    names.map((name) => {
      const change = byBlock.get(name);
      const nodes = new Map<string, Difference>();
      for (const node of blockOf(merged, name)?.nodes ?? []) {
        if (differsWithin(node, merged, changes)) {
          nodes.set(node.id, { change: "within", words: t("change.within"), brief: t("change.within") });
        }
      }
      for (const { id, change: kind, fields } of change?.nodes ?? []) nodes.set(id, differenceOf(kind, fields, t));
      const edges = (change?.edges ?? []).map((one) => ({ ...one, words: t(`change.${one.change}`) }));
      return [name, { nodes, edges }];
    }),
  );
}

function differenceOf(change: Difference["change"], fields: readonly FieldChange[], t: Translate): Difference {
  const kind = t(`change.${change}`);
  const lines = fields.map((field) => {
    const { before, after } = valuesOf(field, t);
    return `${field.field} ${before} → ${after}`;
  });
  const [first] = lines;
  if (first === undefined) return { change, words: kind, brief: kind };
  const more = lines.length - 1;
  return {
    change,
    words: t("words", { kind, fields: lines.join("; ") }),
    brief: more === 0 ? first : t("more", { field: first, count: more }),
  };
}

/** Both values of a field as they are written. */
export function valuesOf(field: FieldChange, t: Translate): { before: string; after: string } {
  const say = (value: JsonValue | undefined) => (value === undefined ? t("default") : written(value));
  return { before: say(field.before), after: say(field.after) };
}

function written(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function wireName({ source, source_port, target, target_port }: Edge): string {
  const end = (node: string, port: string | null) => (port === null ? node : `${node}.${port}`);
  return `${end(source, source_port)} → ${end(target, target_port)}`;
}
