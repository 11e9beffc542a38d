import { useTranslation } from "react-i18next";
import { formatCount, formatPercent } from "@/ui";
import { isUneven } from "./balance";
import { useForm } from "./form";
import styles from "./training.module.css";

/** Classes that are told with their names; of more only the rarest and the commonest. */
const MAX_TOLD = 6;

/**
 * How often each class occurs in the training part, in the order of the factors above; where they are far apart, what that means
 * for accuracy, and where they are balanced twice, that they are.
 */
export function ClassBalance({ isWeighted }: { isWeighted: boolean }) {
  const { t } = useTranslation("training");
  const { form, config } = useForm();
  const counts = form.steps.read?.class_counts ?? [];
  if (form.dataset?.task !== "classification" || counts.length < 2) return null;
  const total = counts.reduce((sum, count) => sum + count, 0);
  const nameOf = (index: number) => form.dataset?.classes?.[index] ?? String(index);
  const rarest = counts.indexOf(Math.min(...counts));
  const commonest = counts.indexOf(Math.max(...counts));
  const told = counts.length <= MAX_TOLD ? counts.map((_, index) => index) : [rarest, commonest];
  const list = told.map((index) => `${nameOf(index)} ${formatCount(counts[index] ?? 0)}`);
  const isSampled = config.data.sampler === "balanced";
  const share = formatPercent((counts[commonest] ?? 0) / total);
  return (
    <>
      <p className={styles.hint} data-testid="class-counts">
        {t(counts.length <= MAX_TOLD ? "objective.counts" : "objective.countsOfMany", {
          list: list.join(" · "),
        })}
      </p>
      {isWeighted && isSampled && (
        <p className={styles.problem} data-severity="warning">
          {t("objective.twice")}
        </p>
      )}
      {isUneven(counts) && !isWeighted && !isSampled && (
        <p className={styles.problem} data-severity="warning" data-testid="class-uneven">
          {t("objective.uneven", { name: nameOf(commonest), share })}
        </p>
      )}
    </>
  );
}
