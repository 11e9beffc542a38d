import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { loadPart } from "@/api";
import type { LayerRead } from "@/document";
import { Sentence } from "@/ui";
import styles from "./inspector.module.css";

const Formula = lazy(() => loadPart(async () => ({ default: (await import("./Formula")).Formula })));

/** What a layer does, when to use it, and what to look out for. */
export function Documentation({ documentation }: { documentation: LayerRead["documentation"] }) {
  const { t } = useTranslation("inspector");
  const { summary, formula, shape, use_when, pitfalls, source } = documentation;
  return (
    <div className={styles.section}>
      <h3>{t("about")}</h3>
      <p className={styles.text}>
        <Sentence text={summary} />
      </p>
      {formula !== "" && (
        <Suspense fallback={<code className={styles.formula}>{formula}</code>}>
          <Formula latex={formula} />
        </Suspense>
      )}
      {shape !== "" && <code className={styles.rule}>{shape}</code>}
      {use_when !== "" && (
        <p className={styles.text}>
          <strong>{t("useWhen")}</strong> <Sentence text={use_when} />
        </p>
      )}
      {pitfalls !== "" && (
        <p className={styles.text}>
          <strong>{t("pitfalls")}</strong> <Sentence text={pitfalls} />
        </p>
      )}
      {source !== "" && <Source source={source} />}
    </div>
  );
}

const ADDRESS = /(https?:\/\/[^\s;,]+)/;

/** Where it is from: a paper's name and its address, PyTorch's page, or both; names of papers are English in any language. */
function Source({ source }: { source: string }) {
  const { t } = useTranslation("inspector");
  const parts = source.split(ADDRESS);
  return (
    <p className={`${styles.text} ${styles.source}`} lang="en">
      {parts.map((part) =>
        ADDRESS.test(part) ? (
          <a key={part} href={part} target="_blank" rel="noreferrer noopener">
            {part.startsWith(PYTORCH) ? (
              <span lang={document.documentElement.lang}>{t("source")}</span>
            ) : (
              shortened(part)
            )}
          </a>
        ) : (
          part
        ),
      )}
    </p>
  );
}

const PYTORCH = "https://docs.pytorch.org/";

const shortened = (address: string) => address.replace(/^https?:\/\//, "");
