import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { experimentsQuery } from "@/api";
import styles from "./experiments.module.css";

/** What to look for in the experiment that the address names; nothing where it names none. */
export function ExperimentNote() {
  const { i18n } = useTranslation("experiments");
  const [params] = useSearchParams();
  const id = params.get("experiment");
  const { data: all } = useQuery({ ...experimentsQuery, enabled: id !== null });
  const experiment = all?.find((one) => one.id === id);
  if (experiment === undefined) return null;
  const language = i18n.language;
  return (
    <p className={styles.note} role="note">
      <strong>{experiment.name[language] ?? experiment.name.en}.</strong>{" "}
      {experiment.watch[language] ?? experiment.watch.en}
    </p>
  );
}
