import { Tooltip } from "@mantine/core";
import { IconCheck, IconCloudOff, IconCloudUp, IconExclamationCircle } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import type { SaveState } from "./autosave";
import styles from "./saving.module.css";

const ICONS = {
  saved: IconCheck,
  waiting: IconCloudUp,
  saving: IconCloudUp,
  offline: IconCloudOff,
  retrying: IconCloudOff,
  refused: IconExclamationCircle,
  conflict: IconExclamationCircle,
};

/** Whether what is drawn is safe, in a word; the sentence is on hover. */
export function SaveNote({ state }: { state: SaveState }) {
  const { t } = useTranslation();
  const Icon = ICONS[state.kind];
  const isLost = state.kind === "offline" && !state.isKept;
  const isLoud = state.kind === "refused" || state.kind === "conflict" || isLost;
  return (
    <Tooltip label={detailOf(state, t)}>
      <span className={styles.note} data-loud={isLoud || undefined} role="status" data-testid="save-state">
        <Icon size={15} stroke={1.6} aria-hidden />
        <span>{isLost ? t("saving.lost") : t(`saving.${state.kind}`)}</span>
      </span>
    </Tooltip>
  );
}

function detailOf(state: SaveState, t: (key: string) => string): string {
  if (state.kind === "retrying" || state.kind === "refused") return state.message;
  if (state.kind === "offline") return t(state.isKept ? "saving.offlineDetail" : "saving.lostDetail");
  return t(`saving.${state.kind}Detail`);
}
