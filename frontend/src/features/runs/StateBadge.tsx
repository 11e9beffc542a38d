import { useTranslation } from "react-i18next";
import classes from "./runs.module.css";
import { type RunFacts, runWords } from "./runWords";

/** The state in one word with its sign; the sentence on hover. */
export function StateBadge({ run, message }: { run: RunFacts; message?: string | null }) {
  const { t } = useTranslation("runs");
  const { label, sentence, tone } = runWords(run);
  return (
    <span className={classes.badge} data-tone={tone} title={message ?? t(sentence)}>
      <span className={classes.dot} aria-hidden />
      {t(label)}
    </span>
  );
}
