import { Button } from "@mantine/core";
import { IconWeight } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { useWeights } from "@/features/editor";
import { nodesIn } from "./states";
import styles from "./weights.module.css";

interface WeightsButtonProps {
  isOpen: boolean;
  onToggle: () => void;
}

/** In the bar while weights are attached: how many nodes keep theirs. */
export function WeightsButton({ isOpen, onToggle }: WeightsButtonProps) {
  const { t } = useTranslation("weights");
  const attached = useWeights((state) => state.attached);
  const compared = useWeights((state) => state.compared);
  const failure = useWeights((state) => state.failure);
  if (attached === null) return null;
  const anew = compared === null ? 0 : nodesIn(compared, ["new", "partial"]).length;
  const words =
    failure !== null || compared === null ? t("title") : anew === 0 ? t("allKept") : t("someNew", { count: anew });
  return (
    <Button
      variant={isOpen ? "light" : "subtle"}
      color="gray"
      title={words}
      aria-label={words}
      aria-expanded={isOpen}
      aria-controls="weights"
      onClick={onToggle}
      leftSection={<IconWeight size={16} color={failure === null ? undefined : "var(--nw-error)"} aria-hidden />}
      styles={{ label: { color: "var(--nw-text)" } }}
      data-testid="weights-button"
    >
      <span className={styles.words}>{words}</span>
      {anew > 0 && (
        <span className={styles.count} aria-hidden>
          {anew}
        </span>
      )}
    </Button>
  );
}
