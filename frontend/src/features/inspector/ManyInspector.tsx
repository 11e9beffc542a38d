import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { blockNameOf, type Node, reportAt } from "@/document";
import { useEditor } from "@/features/editor";
import { formatCount, formatExact, formatMacs, SchemaForm } from "@/ui";
import { CommandButton } from "./BlockSection";
import styles from "./inspector.module.css";
import { type OpenLevel, useDescriptions } from "./NodeInspector";
import { schemaOf } from "./schemas";
import { useSettings } from "./useSettings";

/** Several nodes: how many of what, what they cost together, and one form where they are of one type. */
export function ManyInspector({ nodes, level }: { nodes: readonly Node[]; level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const report = useEditor((state) => state.report);
  const path = useEditor((state) => state.level);
  const types = countTypes(nodes);
  const reports = nodes.map((node) => reportAt(report, path, node.id)).filter((found) => found !== undefined);
  const parameters = reports.reduce((sum, found) => sum + found.parameters, 0);
  const macs = reports.reduce((sum, found) => sum + found.macs, 0);

  return (
    <>
      <header className={styles.head}>
        <h2 className={styles.id}>{t("selected", { count: nodes.length })}</h2>
      </header>
      <div className={styles.section}>
        <dl className={styles.facts}>
          {[...types].map(([type, count]) => (
            <div key={type} className={styles.fact}>
              <dt>{blockNameOf(type) ?? type}</dt>
              <dd>{count}</dd>
            </div>
          ))}
          <dt>{t("parameters")}</dt>
          <dd title={formatExact(parameters)}>{formatCount(parameters)}</dd>
          <dt>{t("macs")}</dt>
          <dd title={formatExact(macs, "MAC")}>{formatMacs(macs)}</dd>
        </dl>
        <div className={styles.actions}>
          <CommandButton id="group" />
        </div>
      </div>
      {types.size === 1 ? (
        <CommonForm nodes={nodes} level={level} />
      ) : (
        <p className={styles.note}>{t("differentTypes")}</p>
      )}
    </>
  );
}

function countTypes(nodes: readonly Node[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of nodes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

function CommonForm({ nodes, level }: { nodes: readonly Node[]; level: OpenLevel }) {
  const { t } = useTranslation("inspector");
  const catalogue = useEditor((state) => state.catalogue);
  const document = useEditor((state) => state.document);
  const [hasDescriptions] = useDescriptions();
  const [first] = nodes;
  const schema = useMemo(
    () =>
      first === undefined ? null : schemaOf(first, document, catalogue, (followers) => t("setsOf", { followers })),
    [first, document, catalogue, t],
  );
  const ids = useMemo(() => nodes.map((node) => node.id), [nodes]);
  const { change, settle } = useSettings(ids, level.blockName);
  const mixed = useMemo(() => mixedOf(nodes), [nodes]);
  const names = useMemo(() => Object.keys(level.block.parameters), [level.block.parameters]);
  if (schema === null || first === undefined || Object.keys(schema.properties ?? {}).length === 0) return null;
  return (
    <div className={styles.section}>
      <h3>{t("settingsOfAll")}</h3>
      <SchemaForm
        schema={schema}
        values={first.params}
        mixed={mixed}
        onChange={change}
        onSettled={settle}
        expressionNames={names}
        showDescriptions={hasDescriptions}
      />
    </div>
  );
}

/** The settings in which nodes differ. */
function mixedOf(nodes: readonly Node[]): ReadonlySet<string> {
  const names = new Set(nodes.flatMap((node) => Object.keys(node.params)));
  const valuesOf = (name: string) => new Set(nodes.map((node) => JSON.stringify(node.params[name])));
  return new Set([...names].filter((name) => valuesOf(name).size > 1));
}
