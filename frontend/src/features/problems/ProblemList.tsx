import { useTranslation } from "react-i18next";
import type { Problem } from "@/document";
import { useEditor } from "@/features/editor";
import { ProblemItem } from "./ProblemItem";
import styles from "./problems.module.css";
import { useProblems } from "./useProblems";

/** More than this many are not drawn: whoever has them looks at the first ones. */
const MOST_SHOWN = 200;

interface KeyedProblem {
  key: string;
  problem: Problem;
}

/** A key for each problem that stays when others come and go; equal ones are told apart by their count. */
function withKeys(problems: readonly Problem[]): KeyedProblem[] {
  const seen = new Map<string, number>();
  return problems.map((problem) => {
    const words = [problem.code, problem.block, problem.path ?? problem.node, problem.field, problem.message].join(
      "\n",
    );
    const count = seen.get(words) ?? 0;
    seen.set(words, count + 1);
    return { key: `${words}\n${count}`, problem };
  });
}

/** All problems of the network, in the check's own order: errors and their causes first. */
export function ProblemList() {
  const { t } = useTranslation("problems");
  const problems = useProblems();
  const checking = useEditor((state) => state.checking);
  if (problems.length === 0) return <p className={styles.none}>{checking === "failed" ? t("failed") : t("none")}</p>;
  return (
    <ul className={styles.list}>
      {withKeys(problems.slice(0, MOST_SHOWN)).map(({ key, problem }) => (
        <li key={key}>
          <ProblemItem problem={problem} />
        </li>
      ))}
      {problems.length > MOST_SHOWN && (
        <li className={styles.none}>{t("more", { count: problems.length - MOST_SHOWN })}</li>
      )}
    </ul>
  );
}
