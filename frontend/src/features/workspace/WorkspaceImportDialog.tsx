import { Button, Group, Modal, Progress } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { sendFile, type WorkspaceImported } from "@/api";
import { formatBytes, formatCount, formatPercent, Sentence } from "@/ui";
import styles from "./workspace.module.css";

export interface WorkspaceImportDialogProps {
  file: File;
  onClose: () => void;
}

type State =
  | { phase: "sending"; share: number }
  | { phase: "refused"; error: Error }
  | { phase: "imported"; read: WorkspaceImported };

/** Sends an export of a workspace and says what came of it; closing it while the file is sent calls it off. */
export function WorkspaceImportDialog({ file, onClose }: WorkspaceImportDialogProps) {
  const { t } = useTranslation("workspace");
  const client = useQueryClient();
  const [state, setState] = useState<State>({ phase: "sending", share: 0 });
  useEffect(() => {
    const abort = new AbortController();
    setState({ phase: "sending", share: 0 });
    const path = `/api/workspace/import?${new URLSearchParams({ filename: file.name })}`;
    const onProgress = (share: number) => setState({ phase: "sending", share });
    sendFile<WorkspaceImported>({ method: "POST", path, file, onProgress, signal: abort.signal }).then(
      (read) => {
        setState({ phase: "imported", read });
        void client.invalidateQueries();
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setState({ phase: "refused", error: error instanceof Error ? error : new Error(String(error)) });
      },
    );
    return () => abort.abort();
  }, [file, client]);
  return (
    <Modal opened onClose={onClose} title={t(state.phase, { file: file.name })}>
      <div className={styles.body} data-testid="workspace-import">
        {state.phase === "sending" && (
          <>
            <p aria-live="polite">
              {state.share < 1
                ? t("sent", { share: formatPercent(state.share), size: formatBytes(file.size) })
                : t("reading")}
            </p>
            <Progress value={state.share * 100} animated={state.share >= 1} aria-label={t("progress")} />
          </>
        )}
        {state.phase === "refused" && (
          <>
            <p role="alert" className={styles.error}>
              <Sentence text={state.error.message} />
            </p>
            <p className={styles.quiet}>{t("nothing")}</p>
          </>
        )}
        {state.phase === "imported" && (
          <div role="status" className={styles.body}>
            <p>
              {t("came", {
                networks: formatCount(state.read.networks),
                runs: formatCount(state.read.runs),
                blocks: formatCount(state.read.blocks),
                datasets: formatCount(state.read.datasets),
                checkpoints: formatCount(state.read.checkpoints),
              })}
            </p>
            {state.read.copies > 0 && <p>{t("copies", { count: state.read.copies })}</p>}
          </div>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t(state.phase === "sending" ? "cancel" : "close")}
          </Button>
        </Group>
      </div>
    </Modal>
  );
}
