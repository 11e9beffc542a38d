import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import type { LayerRead } from "@/document";
import styles from "./inspector.module.css";

const Formula = lazy(async () => ({ default: (await import("./Formula")).Formula }));

/** What a layer does, when to use it, and what to look out for. */
export function Documentation({ documentation }: { documentation: LayerRead["documentation"] }) {
  const { t } = useTranslation("inspector");
  const { summary, formula, shape, use_when, pitfalls, source } = documentation;
  return (
    <div className={styles.section}>
      <h3>{t("about")}</h3>
      <p className={styles.text}>{summary}</p>
      {formula !== "" && (
        <Suspense fallback={<code className={styles.formula}>{formula}</code>}>
          <Formula latex={formula} />
        </Suspense>
      )}
      {shape !== "" && <code className={styles.rule}>{shape}</code>}
      {use_when !== "" && (
        <p className={styles.text}>
          <strong>{t("useWhen")}</strong> {use_when}
        </p>
      )}
      {pitfalls !== "" && (
        <p className={styles.text}>
          <strong>{t("pitfalls")}</strong> {pitfalls}
        </p>
      )}
      {source !== "" && <Source source={source} />}
    </div>
  );
}

function Source({ source }: { source: string }) {
  const { t } = useTranslation("inspector");
  if (!/^https?:\/\//.test(source)) return <p className={styles.text}>{source}</p>;
  return (
    <a className={styles.source} href={source} target="_blank" rel="noreferrer noopener">
      {t("source")}
    </a>
  );
}
