import { Button, SegmentedControl } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { WeightsCompared } from "@/api";
import { namesOf } from "@/document";
import { useEditorStore, useWeights } from "@/features/editor";
import { WeightsSummary } from "./WeightsSummary";
import styles from "./weights.module.css";

type NodeEntry = WeightsCompared["nodes"][string];

/** The attached weights, node by node: what is kept, what begins anew, what is not used. `end` closes the title's row. */
export function WeightsPanel({ end }: { end?: ReactNode }) {
  const { t } = useTranslation("weights");
  const attached = useWeights((state) => state.attached);
  const compared = useWeights((state) => state.compared);
  const failure = useWeights((state) => state.failure);
  const [onlyNew, setOnlyNew] = useState(false);
  const { setInitial } = useInitialWeights();
  return (
    <div className={styles.panel} data-testid="weights-panel">
      <header className={styles.head}>
        <h2>{t("title")}</h2>
        {compared !== null && <span className={styles.source}>{compared.title}</span>}
        {attached !== null && (
          <>
            <MatchControl match={attached.match} onChange={(match) => setInitial({ ...attached, match })} />
            <Button variant="subtle" size="compact-xs" onClick={() => setInitial(null)}>
              {t("takeOff")}
            </Button>
          </>
        )}
        {end}
      </header>
      <div className={styles.scroll}>
        {attached === null && <p className={styles.quiet}>{t("none")}</p>}
        {failure !== null && (
          <p role="alert" className={styles.warning}>
            {failure}
          </p>
        )}
        {compared !== null && (
          <>
            <WeightsSummary compared={compared} />
            <SegmentedControl
              size="xs"
              aria-label={t("filter")}
              value={onlyNew ? "new" : "all"}
              onChange={(value) => setOnlyNew(value === "new")}
              data={[
                { value: "all", label: t("filterAll") },
                { value: "new", label: t("filterNew") },
              ]}
            />
            <NodeTable compared={compared} onlyNew={onlyNew} />
            <Unused compared={compared} />
          </>
        )}
      </div>
    </div>
  );
}

/** Changes what a run begins with; it lies in the document's training config. */
function useInitialWeights() {
  const store = useEditorStore();
  return {
    setInitial: (initial: { source: string; match: "name" | "order" } | null) => {
      const { document, setTraining } = store.getState();
      setTraining({ ...document.training, initial_weights: initial });
    },
  };
}

interface MatchControlProps {
  match: "name" | "order";
  onChange: (match: "name" | "order") => void;
}

export function MatchControl({ match, onChange }: MatchControlProps) {
  const { t } = useTranslation("weights");
  return (
    <SegmentedControl
      size="xs"
      aria-label={t("match")}
      value={match}
      onChange={(value) => onChange(value === "order" ? "order" : "name")}
      data={[
        { value: "name", label: t("byName") },
        { value: "order", label: t("byOrder") },
      ]}
    />
  );
}

function NodeTable({ compared, onlyNew }: { compared: WeightsCompared; onlyNew: boolean }) {
  const { t } = useTranslation("weights");
  const entries = Object.entries(compared.nodes).filter(([, { state }]) => !onlyNew || state !== "kept");
  if (entries.length === 0) return <p className={styles.quiet}>{t("nothingNew")}</p>;
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t("node")}</th>
          <th scope="col">{t("state")}</th>
          <th scope="col">{t("from")}</th>
        </tr>
      </thead>
      <tbody>
        {entries.map(([path, entry]) => (
          <NodeRow key={path} path={path} entry={entry} />
        ))}
      </tbody>
    </table>
  );
}

function NodeRow({ path, entry }: { path: string; entry: NodeEntry }) {
  const { t } = useTranslation("weights");
  const store = useEditorStore();
  const show = () => {
    const names = namesOf(path);
    store.getState().openLevel(names.slice(0, -1));
    store.getState().select({ nodes: names.slice(-1) });
  };
  return (
    <tr data-state={entry.state} data-testid={`weights-${path}`}>
      <td>
        <button type="button" className={styles.link} onClick={show}>
          {path}
        </button>
      </td>
      <td>
        <span className={styles.state} data-state={entry.state}>
          {t(`states.${entry.state}`)}
        </span>
      </td>
      <td>
        <ul className={styles.tensors}>
          {entry.tensors.map((tensor) => (
            <Tensor key={tensor.name} tensor={tensor} />
          ))}
        </ul>
      </td>
    </tr>
  );
}

function Tensor({ tensor }: { tensor: NodeEntry["tensors"][number] }) {
  const { t } = useTranslation("weights");
  const reason = tensor.reason;
  return (
    <li>
      <code>{tensor.name}</code> {sizes(tensor.shape)}
      {tensor.state !== "new" && tensor.source && (
        <>
          {" ← "}
          <code>{tensor.source}</code>
        </>
      )}
      {reason !== "" && (
        <span className={styles.quiet}>
          {" "}
          {t(`reasons.${reason}`, { source: tensor.source ?? "", shape: sizes(tensor.source_shape ?? []) })}
        </span>
      )}
    </li>
  );
}

function sizes(shape: readonly number[]): string {
  return shape.join(" × ");
}

function Unused({ compared }: { compared: WeightsCompared }) {
  const { t } = useTranslation("weights");
  const { unused, totals } = compared;
  if (unused.length === 0) return null;
  return (
    <details>
      <summary>{t("unusedTensors", { count: totals.unused })}</summary>
      <ul className={styles.tensors}>
        {unused.map(({ name, shape }) => (
          <li key={name}>
            <code>{name}</code> {sizes(shape)}
          </li>
        ))}
      </ul>
    </details>
  );
}
