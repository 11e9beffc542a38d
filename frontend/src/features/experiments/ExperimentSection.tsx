import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { type ExperimentRead, experimentsQuery } from "@/api";
import { EmptyState } from "@/ui";
import styles from "./experiments.module.css";
import { useStartExperiment } from "./useStartExperiment";

/** The experiments of the notes: a click makes their networks, starts a run of each and opens them beside each other. */
export function ExperimentSection() {
  const { t } = useTranslation("experiments");
  const { data: all, error, refetch } = useQuery(experimentsQuery);
  const { starting, start } = useStartExperiment();
  return (
    <section aria-labelledby="experiments">
      <h2 id="experiments" className={styles.title}>
        {t("title")}
      </h2>
      <p className={styles.hint}>{t("hint")}</p>
      {all === undefined && error !== null && (
        <EmptyState title={t("failed.list")} actions={<Button onClick={() => refetch()}>{t("again")}</Button>}>
          {error.message}
        </EmptyState>
      )}
      <ul className={styles.cards}>
        {all?.map((one) => (
          <ExperimentCard
            key={one.id}
            experiment={one}
            isStarting={starting === one.id}
            isDisabled={starting !== null}
            onStart={() => void start(one.id)}
          />
        ))}
      </ul>
    </section>
  );
}

interface ExperimentCardProps {
  experiment: ExperimentRead;
  isStarting: boolean;
  isDisabled: boolean;
  onStart: () => void;
}

function ExperimentCard({ experiment, isStarting, isDisabled, onStart }: ExperimentCardProps) {
  const { t, i18n } = useTranslation("experiments");
  const language = i18n.language;
  const name = experiment.name[language] ?? experiment.name.en;
  return (
    <li className={styles.card} data-testid={`experiment-${experiment.id}`}>
      <h3 className={styles.name}>{name}</h3>
      <p className={styles.text}>{experiment.summary[language] ?? experiment.summary.en}</p>
      <p className={styles.text}>{experiment.watch[language] ?? experiment.watch.en}</p>
      <p className={styles.facts}>
        {t("runs", { count: (experiment.runs[language] ?? experiment.runs.en ?? []).length })} ·{" "}
        {t(`size.${experiment.size}`)}
      </p>
      <Button
        className={styles.start ?? ""}
        size="compact-sm"
        variant="light"
        loading={isStarting}
        disabled={isDisabled && !isStarting}
        onClick={onStart}
        aria-label={t("startNamed", { name })}
      >
        {t("start")}
      </Button>
    </li>
  );
}
