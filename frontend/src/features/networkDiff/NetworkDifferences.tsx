import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import {
  type BlockChange,
  type Catalogue,
  type Change,
  type Document,
  diffDocuments,
  type Edge,
  type FieldChange,
  type JsonValue,
  NETWORK,
  type NodeChange,
} from "@/document";
import { OutlinePicture } from "@/features/outline";
import { drawChange } from "./drawing";
import styles from "./networkDiff.module.css";

interface NetworkDifferencesProps {
  before: Document;
  after: Document;
  catalogue: Catalogue;
}

/** What differs between two networks, block by block: a picture of both states in one, and the list in words. */
export function NetworkDifferences({ before, after, catalogue }: NetworkDifferencesProps) {
  const { t } = useTranslation("networkDiff");
  const changes = useMemo(() => diffDocuments(before, after), [before, after]);
  const isRenamed = before.name !== after.name;
  return (
    <div className={styles.root} data-testid="network-differences">
      {isRenamed && <p>{t("renamed", { before: before.name, after: after.name })}</p>}
      {changes.length === 0 && <p className={styles.quiet}>{t("same")}</p>}
      {changes.map((change) => (
        <Block key={change.block} change={change} before={before} after={after} catalogue={catalogue} />
      ))}
    </div>
  );
}

function Block({ change, before, after, catalogue }: NetworkDifferencesProps & { change: BlockChange }) {
  const { t } = useTranslation("networkDiff");
  const drawing = useMemo(() => drawChange(before, after, change, catalogue), [before, after, change, catalogue]);
  const isNetwork = change.block === NETWORK;
  const title = isNetwork ? t("network") : t(`block.${change.change}`, { name: change.block });
  return (
    <section className={styles.block} aria-label={title}>
      <h2>{title}</h2>
      <OutlinePicture outline={drawing.outline} marks={drawing.marks} label={t("picture", { title })} />
      <ul className={styles.changes}>
        {change.parameters.map((field) => (
          <Line key={field.field} change="changed" name={field.field}>
            <Values field={field} />
          </Line>
        ))}
        {change.nodes.map((node) => (
          <NodeLine key={`${node.change} ${node.id}`} node={node} />
        ))}
        {change.edges.map(({ edge, change: kind }) => (
          <Line key={`${kind} ${wireName(edge)}`} change={kind} name={wireName(edge)}>
            {t("wire")}
          </Line>
        ))}
      </ul>
    </section>
  );
}

function NodeLine({ node }: { node: NodeChange }) {
  return (
    <Line change={node.change} name={node.id}>
      {node.fields.length === 0 ? (
        <code>{node.type}</code>
      ) : (
        <ul className={styles.fields}>
          {node.fields.map((field) => (
            <li key={field.field}>
              <code>{field.field}</code> <Values field={field} />
            </li>
          ))}
        </ul>
      )}
    </Line>
  );
}

function Line({ change, name, children }: { change: Change; name: string; children: React.ReactNode }) {
  const { t } = useTranslation("networkDiff");
  return (
    <li className={styles.line}>
      <span className={styles.badge} data-change={change}>
        {t(`change.${change}`)}
      </span>
      <code className={styles.name}>{name}</code>
      <div>{children}</div>
    </li>
  );
}

function Values({ field }: { field: FieldChange }) {
  const { t } = useTranslation("networkDiff");
  const say = (value: JsonValue | undefined) => (value === undefined ? t("default") : written(value));
  return (
    <span>
      <del>{say(field.before)}</del> <span aria-hidden>→</span> <ins>{say(field.after)}</ins>
    </span>
  );
}

function written(value: JsonValue): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function wireName({ source, source_port, target, target_port }: Edge): string {
  const end = (node: string, port: string | null) => (port === null ? node : `${node}.${port}`);
  return `${end(source, source_port)} → ${end(target, target_port)}`;
}
