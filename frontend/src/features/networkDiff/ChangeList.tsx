import { useTranslation } from "react-i18next";
import { type BlockChange, type Change, type Document, type FieldChange, findLevel, type NodeChange } from "@/document";
import { SIGNS, useCanvasStore, useEditorStore } from "@/features/editor";
import { valuesOf, wireName } from "./differences";
import styles from "./networkDiff.module.css";
import { useShownPlace } from "./useShownPlace";

interface ChangeListProps {
  change: BlockChange;
  merged: Document;
  title: string;
}

/** What differs in one block, in words; a node's name shows it on the drawing. */
export function ChangeList({ change, merged, title }: ChangeListProps) {
  const { t } = useTranslation("networkDiff");
  const shown = useShownPlace();
  // What nothing uses is on no level that could be opened.
  const isReachable = findLevel(merged, change.block) !== null;
  return (
    <section className={styles.block} aria-label={title}>
      <h2>{title}</h2>
      <ul className={styles.changes}>
        {change.parameters.map((field) => (
          <Line key={field.field} change="changed" name={<code className={styles.name}>{field.field}</code>}>
            <Values field={field} />
          </Line>
        ))}
        {change.nodes.map((node) => (
          <Line
            key={`${node.change} ${node.id}`}
            change={node.change}
            isShown={shown?.block === change.block && shown.node === node.id}
            name={
              isReachable ? (
                <NodeName block={change.block} id={node.id} />
              ) : (
                <code className={styles.name}>{node.id}</code>
              )
            }
          >
            <Fields node={node} />
          </Line>
        ))}
        {change.edges.map(({ edge, change: kind }) => (
          <Line
            key={`${kind} ${wireName(edge)}`}
            change={kind}
            name={<code className={styles.name}>{wireName(edge)}</code>}
          >
            {t("wire")}
          </Line>
        ))}
      </ul>
    </section>
  );
}

function NodeName({ block, id }: { block: string; id: string }) {
  const { t } = useTranslation("networkDiff");
  const store = useEditorStore();
  const canvas = useCanvasStore();
  return (
    <button
      type="button"
      className={styles.show}
      title={t("show", { id })}
      onClick={() => {
        store.getState().showNode(block, id);
        canvas.getState().view?.show(id);
      }}
    >
      <code className={styles.name}>{id}</code>
    </button>
  );
}

function Fields({ node }: { node: NodeChange }) {
  if (node.fields.length === 0) return <code>{node.type}</code>;
  return (
    <ul className={styles.fields}>
      {node.fields.map((field) => (
        <li key={field.field}>
          <code>{field.field}</code> <Values field={field} />
        </li>
      ))}
    </ul>
  );
}

interface LineProps {
  change: Change;
  name: React.ReactNode;
  isShown?: boolean;
  children: React.ReactNode;
}

function Line({ change, name, isShown = false, children }: LineProps) {
  const { t } = useTranslation("networkDiff");
  return (
    <li className={styles.line} aria-current={isShown || undefined}>
      <span className={styles.badge} data-change={change}>
        <span aria-hidden>{SIGNS[change]}</span> {t(`change.${change}`)}
      </span>
      {name}
      <div>{children}</div>
    </li>
  );
}

function Values({ field }: { field: FieldChange }) {
  const { t } = useTranslation("networkDiff");
  const { before, after } = valuesOf(field, t);
  return (
    <span>
      <del>{before}</del> <span aria-hidden>→</span> <ins>{after}</ins>
    </span>
  );
}
