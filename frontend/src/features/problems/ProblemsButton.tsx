import { Button, VisuallyHidden } from "@mantine/core";
import { IconAlertCircle, IconAlertTriangle, IconCircleCheck, IconCircleDashed } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useEditor } from "@/features/editor";
import { useProblems } from "./useProblems";

interface ProblemsButtonProps {
  isOpen: boolean;
  onToggle: () => void;
}

/** The count in the bar, read out politely when it changes; opens and closes the list. */
export function ProblemsButton({ isOpen, onToggle }: ProblemsButtonProps) {
  const { t } = useTranslation("problems");
  const problems = useProblems();
  const checking = useEditor((state) => state.checking);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const hasReport = useEditor((state) => state.report !== null);

  const [Icon, color] =
    errors > 0
      ? [IconAlertCircle, "var(--nw-error)"]
      : warnings > 0
        ? [IconAlertTriangle, "var(--nw-warning)"]
        : hasReport
          ? [IconCircleCheck, "var(--nw-ok)"]
          : [IconCircleDashed, "var(--nw-text-quiet)"];
  const words = hasReport
    ? t("count", { count: problems.length })
    : checking === "failed"
      ? t("notChecked")
      : t("checking");

  return (
    <>
      <Button
        variant="subtle"
        color="gray"
        aria-expanded={isOpen}
        aria-controls="problems"
        onClick={onToggle}
        leftSection={<Icon size={16} color={color} aria-hidden />}
        opacity={checking === "slow" ? 0.6 : 1}
        styles={{ label: { color: "var(--nw-text)" } }}
      >
        {words}
      </Button>
      <VisuallyHidden role="status" aria-live="polite">
        {hasReport && checking === "current"
          ? `${t("errors", { count: errors })}, ${t("warnings", { count: warnings })}`
          : ""}
      </VisuallyHidden>
    </>
  );
}
