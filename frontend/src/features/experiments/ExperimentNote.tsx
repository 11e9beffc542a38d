import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import { experimentsQuery } from "@/api";
import { useSaid } from "@/ui";
import styles from "./experiments.module.css";

/** What to look for in the experiment that the address names; nothing where it names none. */
export function ExperimentNote() {
  const said = useSaid();
  const [params] = useSearchParams();
  const id = params.get("experiment");
  const { data: all } = useQuery({ ...experimentsQuery, enabled: id !== null });
  const experiment = all?.find((one) => one.id === id);
  if (experiment === undefined) return null;
  return (
    <p className={styles.note} role="note">
      <strong>{said(experiment.name)}.</strong> {said(experiment.watch)}
    </p>
  );
}
