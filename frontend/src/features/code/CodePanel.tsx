import { IconDownload } from "@tabler/icons-react";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { memo, type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { api, sentenceOf, unwrap } from "@/api";
import type { Document } from "@/document";
import { useEditor } from "@/features/editor";
import { CopyButton, downloadText, LineSkeletons, ReasonedIcon } from "@/ui";
import styles from "./code.module.css";
import { tokenize } from "./python";

/** Positions and the training form change no code: they are left out of the question and of its key. */
function useMeaning(): Document {
  const document = useEditor((state) => state.document);
  const { network, blocks, name } = document;
  return useMemo(
    () => ({ format: 1, name, network, blocks, view: {}, marks: {}, training: null }),
    [name, network, blocks],
  );
}

const FIVE_MINUTES = 300_000;

/** The network as a Python module, as it stands now. `end` closes the row of buttons. */
export function CodePanel({ end }: { end?: ReactNode }) {
  const { t } = useTranslation("code");
  const document = useMeaning();
  const errors = useEditor(
    (state) => state.report?.problems.filter(({ severity }) => severity === "error").length ?? 0,
  );
  const isChecked = useEditor((state) => state.checking === "current" && state.report !== null);
  const { data, error } = useQuery({
    queryKey: ["code", document],
    queryFn: ({ signal }) => unwrap(api.POST("/api/code", { body: { document }, signal })),
    enabled: isChecked && errors === 0,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: FIVE_MINUTES,
  });
  const why = errors > 0 ? t("problems", { count: errors }) : error === null ? null : sentenceOf(error);
  const source = why === null ? (data?.source ?? null) : null;
  const reason = source === null ? (why ?? t("coming")) : null;

  return (
    <div className={styles.root}>
      <header className={styles.head}>
        <h2>{t("title")}</h2>
        <CopyButton text={source ?? ""} label={t("copy")} reason={reason} />
        <ReasonedIcon
          label={t("download")}
          reason={reason}
          onClick={() => downloadText(toModuleName(document.name), source ?? "", "text/x-python")}
        >
          <IconDownload size={16} aria-hidden />
        </ReasonedIcon>
        {end}
      </header>
      {why !== null && <p className={styles.why}>{why}</p>}
      {why === null && source === null && <LineSkeletons lines={8} />}
      {source !== null && <Source source={source} label={toModuleName(document.name)} />}
    </div>
  );
}

/** `Small CNN` to `small_cnn.py`: a name that Python can import. */
function toModuleName(name: string): string {
  const stem = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^(?=\d)|^_+|_+$/g, "");
  return `${stem === "" || /^\d/.test(stem) ? `network_${stem}`.replace(/_$/, "") : stem}.py`;
}

const Source = memo(function Source({ source, label }: { source: string; label: string }) {
  const tokens = useMemo(() => placed(source), [source]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whatever scrolls must be reachable by keyboard
    <section className={styles.source} tabIndex={0} aria-label={label}>
      <pre>
        <code>
          {tokens.map(({ kind, text, start }) =>
            kind === "plain" ? (
              text
            ) : (
              <span key={start} className={styles[kind]}>
                {text}
              </span>
            ),
          )}
        </code>
      </pre>
    </section>
  );
});

function placed(source: string) {
  let start = 0;
  return tokenize(source).map((token) => {
    const place = { ...token, start };
    start += token.text.length;
    return place;
  });
}
