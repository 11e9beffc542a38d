import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { ImportRead, ImportReport } from "@/api";
import { formatBytes, formatCount, Sentence } from "@/ui";
import styles from "./imports.module.css";

interface Props {
  read: ImportRead;
  report: ImportReport;
  onOpen: () => void;
}

/** What became of a file with a network: how much was drawn, what was folded, what no layer stands for. */
export function NetworkReport({ read, report, onOpen }: Props) {
  const { t } = useTranslation("imports");
  const { folded = [], placeholders = [], notes = [] } = report;
  return (
    <>
      <p data-testid="import-summary">
        {t("operators", { operators: report.num_operators, layers: report.num_layers, nodes: report.num_nodes })}
      </p>
      {report.producer && <p className={styles.quiet}>{t("producer", { producer: report.producer })}</p>}
      {read.weights && (
        <p>
          {t("withWeights", {
            count: read.weights.num_tensors,
            numbers: formatCount(read.weights.num_values),
            size: formatBytes(read.weights.bytes),
          })}
        </p>
      )}
      {folded.length > 0 && (
        <Part title={t("folded")}>
          {folded.map(({ name, num_nodes: nodes, copies, uses }) => (
            <li key={name}>
              <code>{name}</code> {t("foldedBlock", { nodes, copies, uses })}
            </li>
          ))}
        </Part>
      )}
      {placeholders.length > 0 && (
        <Part title={t("placeholders", { count: placeholders.length })} hint={t("placeholdersHint")}>
          {placeholders.map(({ node, operator, reason }) => (
            <li key={node}>
              <code>{node}</code> {operator}: {reason}.
            </li>
          ))}
        </Part>
      )}
      {notes.length > 0 && (
        <Part title={t("notes")}>
          {notes.map(({ code, message, values }) => (
            <li key={message}>
              <Sentence text={t(`note.${code}`, { ...values, defaultValue: message })} />
            </li>
          ))}
        </Part>
      )}
      {placeholders.length === 0 && read.problems !== undefined && read.problems > 0 && (
        <p className={styles.warning}>{t("problems", { count: read.problems })}</p>
      )}
      <Group justify="flex-end">
        <Button onClick={onOpen} data-autofocus data-testid="import-open">
          {t("open")}
        </Button>
      </Group>
    </>
  );
}

function Part({ title, hint, children }: { title: string; hint?: string; children: React.ReactNode }) {
  return (
    <section>
      <h3 className={styles.heading}>{title}</h3>
      {hint !== undefined && <p className={styles.quiet}>{hint}</p>}
      <ul className={styles.list}>{children}</ul>
    </section>
  );
}
