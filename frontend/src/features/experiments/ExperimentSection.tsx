import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { type ExperimentRead, experimentsQuery, loadPart } from "@/api";
import { EmptyState, useSaid } from "@/ui";
import styles from "./experiments.module.css";
import { StartButton } from "./StartButton";
import { useStartExperiment } from "./useStartExperiment";

const ExperimentStart = lazy(() => loadPart(() => import("./ExperimentStart")));

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
  const { t } = useTranslation("experiments");
  const said = useSaid();
  const name = said(experiment.name) ?? "";
  const reason = isDisabled && !isStarting ? t("otherStarts") : null;
  const start = { name, isStarting, reason, onStart };
  return (
    <li className={styles.card} data-testid={`experiment-${experiment.id}`}>
      <h3 className={styles.name}>{name}</h3>
      <p className={styles.text}>{said(experiment.summary)}</p>
      <p className={styles.facts}>
        {t("runs", { count: said(experiment.runs)?.length ?? 0 })} · {t(`size.${experiment.size}`)}
      </p>
      <details className={styles.watch}>
        <summary>
          <span>{t("watch")}</span>
        </summary>
        <p className={styles.text}>{said(experiment.watch)}</p>
      </details>
      <Suspense fallback={<StartButton {...start} reason={t("data.asked")} />}>
        <ExperimentStart {...start} source={experiment.data_source} />
      </Suspense>
    </li>
  );
}
