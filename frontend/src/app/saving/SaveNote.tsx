import { ActionIcon, Button, Tooltip } from "@mantine/core";
import {
  IconCheck,
  IconCloudDown,
  IconCloudOff,
  IconCloudUp,
  IconExclamationCircle,
  IconGitCommit,
} from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useStore } from "zustand";
import { sentenceOf } from "@/api";
import { notifyError } from "@/ui";
import type { Autosave, SaveState } from "./autosave";
import styles from "./saving.module.css";

const ICONS = {
  saved: IconCheck,
  behind: IconCloudDown,
  waiting: IconCloudUp,
  saving: IconCloudUp,
  offline: IconCloudOff,
  retrying: IconCloudOff,
  refused: IconExclamationCircle,
  conflict: IconExclamationCircle,
};

/** Whether what is drawn is safe, in a word, and the way to what was saved before; the sentence is on hover. */
export function SaveNote({ autosave, networkId }: { autosave: Autosave; networkId: string }) {
  const { t } = useTranslation();
  const state = useStore(autosave.state);
  const Icon = ICONS[state.kind];
  const isLost = state.kind === "offline" && !state.isKept;
  const isBehind = state.kind === "behind";
  const isLoud = state.kind === "refused" || state.kind === "conflict" || isLost;
  return (
    <>
      <Tooltip label={detailOf(state, t)}>
        <span
          className={styles.note}
          data-loud={isLoud || undefined}
          data-behind={isBehind || undefined}
          role="status"
          data-testid="save-state"
        >
          <Icon size={15} stroke={1.6} aria-hidden />
          <span>{isLost ? t("saving.lost") : t(`saving.${state.kind}`)}</span>
        </span>
      </Tooltip>
      {isBehind && <Reload autosave={autosave} />}
      <Tooltip label={t("saving.versions")}>
        <ActionIcon
          component={Link}
          to={`/networks/${networkId}/versions`}
          variant="subtle"
          color="gray"
          size="sm"
          aria-label={t("saving.versions")}
        >
          <IconGitCommit size={16} stroke={1.6} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

function Reload({ autosave }: { autosave: Autosave }) {
  const { t } = useTranslation();
  const [isBusy, setBusy] = useState(false);

  async function reload() {
    setBusy(true);
    try {
      await autosave.reload();
    } catch (error) {
      notifyError(t("conflict.failed"), sentenceOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Button variant="default" size="compact-xs" loading={isBusy} onClick={reload}>
      {t("saving.reload")}
    </Button>
  );
}

function detailOf(state: SaveState, t: (key: string) => string): string {
  if (state.kind === "retrying" || state.kind === "refused") return state.message;
  if (state.kind === "offline") return t(state.isKept ? "saving.offlineDetail" : "saving.lostDetail");
  return t(`saving.${state.kind}Detail`);
}
