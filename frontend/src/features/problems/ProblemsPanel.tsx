import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ProblemList } from "./ProblemList";
import styles from "./problems.module.css";

/** The list of problems under its title. `end` closes the title's row. */
export function ProblemsPanel({ end }: { end?: ReactNode }) {
  const { t } = useTranslation("problems");
  return (
    <div className={styles.panel}>
      <header className={styles.head}>
        <h2>{t("title")}</h2>
        {end}
      </header>
      <div className={styles.scroll}>
        <ProblemList />
      </div>
    </div>
  );
}
