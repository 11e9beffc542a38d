import { Button, Group, Modal, Progress } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { keys, sentenceOf } from "@/api";
import { formatBytes, formatPercent, Sentence } from "@/ui";
import { ChooseNetwork } from "./ChooseNetwork";
import { DocumentFileError, isDocumentFile } from "./documentFile";
import styles from "./imports.module.css";
import { NetworkReport } from "./NetworkReport";
import { useImport } from "./useImport";

export interface ImportDialogProps {
  file: File;
  onClose: () => void;
}

/** Takes a file in and says what became of it: a network with its weights, or weights for a network that is chosen here. */
export function ImportDialog({ file, onClose }: ImportDialogProps) {
  const { t } = useTranslation("imports");
  const state = useImport(file);
  const client = useQueryClient();
  const navigate = useNavigate();
  const isDone = state.phase === "done" || state.phase === "opened";
  useEffect(() => {
    if (!isDone) return;
    void client.invalidateQueries({ queryKey: keys.networks, exact: true });
    void client.invalidateQueries({ queryKey: keys.weights });
  }, [isDone, client]);
  const opened = state.phase === "opened" ? state.network : null;
  useEffect(() => {
    if (opened !== null) void navigate(`/networks/${opened}`);
  }, [opened, navigate]);
  // A document is read at once: a dialog would only flash up.
  if (state.phase === "opened" || (state.phase === "sending" && isDocumentFile(file))) return null;
  const reasonOf = (error: unknown) =>
    error instanceof DocumentFileError ? t(`file.${error.reason}`, error.values) : sentenceOf(error);
  const title =
    state.phase === "sending"
      ? t("sending", { file: file.name })
      : state.phase === "refused"
        ? t("refused", { file: file.name })
        : t(state.read.network_id ? "network" : "weights", { file: file.name });
  return (
    <Modal opened onClose={onClose} size="lg" title={title}>
      <div className={styles.body} data-testid="import-dialog">
        {state.phase === "sending" && <Sending file={file} share={state.share} onCancel={onClose} />}
        {state.phase === "refused" && (
          <>
            <p role="alert" className={styles.error}>
              <Sentence text={reasonOf(state.error)} />
            </p>
            <p className={styles.quiet}>{t("nothingKept")}</p>
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {t("close")}
              </Button>
            </Group>
          </>
        )}
        {state.phase === "done" && state.read.network_id && state.read.report && (
          <NetworkReport
            read={state.read}
            report={state.read.report}
            onOpen={() => navigate(`/networks/${state.read.network_id}`)}
          />
        )}
        {state.phase === "done" && !state.read.network_id && state.read.weights && (
          <ChooseNetwork weights={state.read.weights} onClose={onClose} />
        )}
      </div>
    </Modal>
  );
}

function Sending({ file, share, onCancel }: { file: File; share: number; onCancel: () => void }) {
  const { t } = useTranslation("imports");
  return (
    <>
      <p aria-live="polite">
        {share < 1 ? t("sent", { share: formatPercent(share), size: formatBytes(file.size) }) : t("reading")}
      </p>
      <Progress value={share * 100} animated={share >= 1} aria-label={t("progress")} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          {t("cancel")}
        </Button>
      </Group>
    </>
  );
}
