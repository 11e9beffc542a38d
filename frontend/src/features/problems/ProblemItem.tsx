import { Button } from "@mantine/core";
import { IconAlertCircle, IconAlertTriangle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type Fix, NETWORK, type Problem } from "@/document";
import { useEditorStore } from "@/features/editor";
import { Sentence } from "@/ui";
import styles from "./problems.module.css";
import { useApplyFix } from "./useApplyFix";

interface ProblemItemProps {
  problem: Problem;
  /** Where the place is known already (the node's own panel), it is not said again. */
  hidePlace?: boolean;
  /** What a press on a way out does, where that is more than an edit of the network. */
  apply?: (fix: Fix) => void;
}

/** One problem: what is wrong, where, and a button for each way out. */
export function ProblemItem({ problem, hidePlace = false, apply }: ProblemItemProps) {
  const { t } = useTranslation("problems");
  const store = useEditorStore();
  const isError = problem.severity === "error";
  const edit = useApplyFix();
  const applyFix = apply ?? edit;
  const Icon = isError ? IconAlertCircle : IconAlertTriangle;

  return (
    <div className={styles.item} data-severity={problem.severity}>
      <Icon className={styles.icon} size={16} aria-label={isError ? t("error") : t("warning")} />
      <div className={styles.words}>
        {hidePlace ? (
          <p className={styles.message}>
            <Sentence text={problem.message} />
          </p>
        ) : (
          <button type="button" className={styles.go} onClick={() => store.getState().selectProblem(problem)}>
            <span className={styles.message}>
              <Sentence text={problem.message} />
            </span>
            <Place problem={problem} />
          </button>
        )}
        {problem.fixes !== undefined && problem.fixes.length > 0 && (
          <div className={styles.fixes}>
            {problem.fixes.map((fix) => (
              <Button key={fix.label} variant="default" size="compact-xs" onClick={() => applyFix(fix)}>
                <Sentence text={fix.label} />
              </Button>
            ))}
          </div>
        )}
      </div>
    </div>
  );
}

function Place({ problem }: { problem: Problem }) {
  const { t } = useTranslation("problems");
  const place = problem.path ?? problem.node;
  const block = problem.block === NETWORK ? null : problem.block;
  if (!place && !block) return <span className={styles.place}>{t("wholeNetwork")}</span>;
  return (
    <span className={styles.place}>
      <code>{place ?? block}</code>
      {problem.field && (
        <>
          {" "}
          <code>{problem.field}</code>
        </>
      )}
      {place && block && ` ${t("inBlock", { block })}`}
    </span>
  );
}
