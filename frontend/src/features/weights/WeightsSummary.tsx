import { useTranslation } from "react-i18next";
import type { WeightsCompared } from "@/api";
import { formatCount, Sentence } from "@/ui";
import { nodesIn } from "./states";
import styles from "./weights.module.css";

/** What weights do in a network, in two or three sentences. */
export function WeightsSummary({ compared }: { compared: WeightsCompared }) {
  const { t } = useTranslation("weights");
  const { totals } = compared;
  const total = totals.kept + totals.resized + totals.new;
  const anew = nodesIn(compared, ["new", "partial"]);
  const resized = nodesIn(compared, ["resized"]);
  return (
    <div className={styles.summary} data-testid="weights-summary">
      <p>
        {t("kept", {
          kept: totals.kept + totals.resized,
          total,
          numbers: formatCount(totals.kept_values),
          all: formatCount(totals.values),
        })}
      </p>
      {resized.length > 0 && <Named words={t("resizedNodes", { count: resized.length })} paths={resized} />}
      {anew.length > 0 && <Named words={t("newNodes", { count: anew.length })} paths={anew} />}
      {totals.unused > 0 && <p>{t("unusedTensors", { count: totals.unused })}</p>}
      {compared.is_sorted && <p className={styles.warning}>{t("isSorted")}</p>}
      {totals.kept + totals.resized === 0 && (
        <p className={styles.warning}>{t(compared.match === "name" ? "noneByName" : "noneByOrder")}</p>
      )}
    </div>
  );
}

const MOST_NAMED = 4;

function Named({ words, paths }: { words: string; paths: readonly string[] }) {
  const { t } = useTranslation("weights");
  const named = paths.slice(0, MOST_NAMED).map((path) => `\`${path}\``);
  const more = paths.length > MOST_NAMED ? t("andMore", { count: paths.length - MOST_NAMED }) : "";
  return (
    <p>
      <Sentence text={`${words} ${named.join(", ")}${more}`} />
    </p>
  );
}
