import { useTranslation } from "react-i18next";
import type { ArchitectureRead } from "@/api";
import { formatExact, formatMacs, formatShape, useSaid } from "@/ui";
import styles from "./architectures.module.css";

/** Figures in full beside the published ones, the paper, the chapter of the notes. */
export function FactList({ architecture }: { architecture: ArchitectureRead }) {
  const { t } = useTranslation("architectures");
  const said = useSaid();
  const { paper, published } = architecture;
  const source = published === null ? "" : (said(published.source) ?? "");
  const shapes = (ports: ArchitectureRead["inputs"]) =>
    Object.entries(ports).map(([name, shape]) => (
      <span key={name} className={styles.port}>
        <code>{name}</code> {formatShape([null, ...shape])}
      </span>
    ));
  return (
    <dl className={styles.factList}>
      <dt>{t("fact.parameters")}</dt>
      <dd>
        {formatExact(architecture.parameters)}
        {published?.parameters != null && (
          <span className={styles.quiet}>
            {t("fact.publishedParameters", { number: formatExact(published.parameters), source })}
          </span>
        )}
      </dd>
      <dt>{t("fact.macs")}</dt>
      <dd>
        {formatMacs(architecture.macs)}
        {published?.gmacs != null && (
          <span className={styles.quiet}>{t("fact.publishedMacs", { number: published.gmacs, source })}</span>
        )}
      </dd>
      <dt>{t("fact.inputs")}</dt>
      <dd>{shapes(architecture.inputs)}</dd>
      <dt>{t("fact.outputs")}</dt>
      <dd>{shapes(architecture.outputs)}</dd>
      <dt>{t("fact.task")}</dt>
      <dd>{t(`task.${architecture.task}`)}</dd>
      <dt>{t("fact.paper")}</dt>
      <dd>
        <a href={paper.url} target="_blank" rel="noreferrer" lang="en">
          {paper.citation}
        </a>
        , {paper.year}
      </dd>
      <dt>{t("fact.chapter")}</dt>
      <dd>{t(`chapter.${architecture.chapter}`)}</dd>
    </dl>
  );
}
