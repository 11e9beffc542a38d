import { Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { DatasetRead } from "@/api";
import { formatPercent, Sentence } from "@/ui";
import classes from "./data.module.css";

/** Whether the set can be used, and what is being done to it. */
export function DatasetState({ dataset }: { dataset: DatasetRead }) {
  const { t } = useTranslation("data");
  const { state, progress, problem } = dataset;
  const isMoving = state === "downloading" || state === "preparing";
  return (
    <div className={classes.state} data-state={state} data-testid={`dataset-state-${dataset.id}`}>
      <span className={classes.badge} data-state={state}>
        <span className={classes.dot} aria-hidden />
        {t(`state.${state}`)}
        {isMoving && typeof progress === "number" && ` ${formatPercent(progress)}`}
      </span>
      {isMoving && (
        <Progress
          size="sm"
          value={(progress ?? 1) * 100}
          animated={typeof progress !== "number"}
          aria-label={t("progressOf", { name: dataset.title })}
        />
      )}
      {problem && (
        <p className={classes.error}>
          <Sentence text={problem.message} />
        </p>
      )}
    </div>
  );
}
