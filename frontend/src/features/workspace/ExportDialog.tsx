import { Button, Checkbox, Group, Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, unwrap, type WorkspaceSize } from "@/api";
import { downloadUrl, formatBytes, formatCount, ReasonedButton, Sentence } from "@/ui";
import styles from "./workspace.module.css";

export interface ExportDialogProps {
  /** The network that is exported with its runs; none: everything. */
  network?: { id: string; name: string } | undefined;
  onClose: () => void;
}

/** Says what the file will hold and how large it is, and lets the large parts stay behind. */
export function ExportDialog({ network, onClose }: ExportDialogProps) {
  const { t } = useTranslation("workspace");
  const [hasCheckpoints, setHasCheckpoints] = useState(true);
  const [hasData, setHasData] = useState(true);
  const query = network === undefined ? {} : { network: [network.id] };
  const { data: size, error } = useQuery({
    queryKey: ["workspace", network?.id ?? null],
    queryFn: () => unwrap<WorkspaceSize>(api.GET("/api/workspace", { params: { query } })),
    gcTime: 0,
  });
  const download = () => {
    const params = new URLSearchParams({ checkpoints: String(hasCheckpoints), data: String(hasData) });
    if (network !== undefined) params.set("network", network.id);
    downloadUrl(`/api/workspace/export?${params}`);
    onClose();
  };
  const title = network === undefined ? t("exportTitle") : t("exportOne", { name: network.name });
  return (
    <Modal opened onClose={onClose} title={title}>
      <div className={styles.body} data-testid="workspace-export">
        {size === undefined && error === null && <p>{t("measuring")}</p>}
        {error !== null && (
          <p role="alert" className={styles.error}>
            <Sentence text={error.message} />
          </p>
        )}
        {size !== undefined && (
          <>
            <p data-testid="workspace-holds">
              {t("holds", {
                networks: formatCount(size.networks),
                runs: formatCount(size.runs),
                blocks: formatCount(size.blocks),
                size: formatBytes(size.run_bytes),
              })}
            </p>
            <Checkbox
              checked={hasCheckpoints}
              onChange={(event) => setHasCheckpoints(event.currentTarget.checked)}
              label={t("checkpoints", { size: formatBytes(size.checkpoint_bytes) })}
            />
            <Checkbox
              checked={hasData}
              onChange={(event) => setHasData(event.currentTarget.checked)}
              label={t("data", { size: formatBytes(size.data_bytes) })}
            />
            <p className={styles.quiet}>{t("noted")}</p>
          </>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t("cancel")}
          </Button>
          <ReasonedButton reason={size === undefined ? (error?.message ?? t("measuring")) : null} onClick={download}>
            {t("download")}
          </ReasonedButton>
        </Group>
      </div>
    </Modal>
  );
}
