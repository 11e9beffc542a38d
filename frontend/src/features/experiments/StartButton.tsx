import { useTranslation } from "react-i18next";
import { ReasonedButton } from "@/ui";
import styles from "./experiments.module.css";

export interface StartButtonProps {
  /** The experiment's name, for a screen reader. */
  name: string;
  isStarting: boolean;
  /** Why it cannot be started now; null: it can. */
  reason: string | null;
  onStart: () => void;
}

export function StartButton({ name, isStarting, reason, onStart }: StartButtonProps) {
  const { t } = useTranslation("experiments");
  return (
    <ReasonedButton
      className={styles.start ?? ""}
      size="compact-sm"
      variant="light"
      loading={isStarting}
      reason={reason}
      onClick={onStart}
      aria-label={t("startNamed", { name })}
    >
      {t("start")}
    </ReasonedButton>
  );
}
