import { Button, Menu } from "@mantine/core";
import { IconChevronDown, IconPackageExport } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type ExportOption, type ExportRead, keys, unwrap } from "@/api";
import { downloadUrl, ReasonedButton } from "@/ui";
import { ExportOptions } from "./ExportOptions";
import styles from "./exports.module.css";
import { prepareAndDownload } from "./prepare";

interface Props {
  checkpointId: string;
  /** `Best`, as it stands in the list of checkpoints. */
  kind: string;
  /** Why there is no file at all. */
  reason: string | null;
  testId: string;
}

/** Every format that a checkpoint can be taken home in. */
export function CheckpointExports({ checkpointId, kind, reason, testId }: Props) {
  const { t } = useTranslation("exports");
  const [isOpen, setOpen] = useState(false);
  const { data, error } = useQuery({
    queryKey: keys.exports(checkpointId),
    queryFn: () =>
      unwrap<ExportOption[]>(api.GET("/api/checkpoints/{id}/exports", { params: { path: { id: checkpointId } } })),
    enabled: isOpen,
    // What was made meanwhile, or has gone, shows when the menu opens again.
    staleTime: 0,
  });

  function take(option: ExportOption) {
    // A checkpoint's own file is there at once and can be fetched in parts.
    if (option.is_ready) return downloadUrl(`/api/checkpoints/${checkpointId}/download?format=${option.format}`);
    return prepareAndDownload(t, `${checkpointId}-${option.format}`, option, () =>
      unwrap<ExportRead>(
        api.POST("/api/checkpoints/{id}/exports", {
          params: { path: { id: checkpointId }, query: { format: option.format } },
        }),
      ),
    );
  }

  const label = t("menuOf", { kind: kind.toLowerCase() });
  if (reason !== null)
    return (
      <ReasonedButton variant="default" size="compact-xs" reason={reason}>
        {t("menu")}
      </ReasonedButton>
    );
  return (
    <Menu position="bottom-end" width={440} shadow="md" withinPortal opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconPackageExport size={13} aria-hidden />}
          rightSection={<IconChevronDown size={12} aria-hidden />}
          aria-label={label}
          data-testid={testId}
        >
          {t("menu")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={styles.dropdown} aria-label={label}>
        <ExportOptions options={data} error={error} isTrained onTake={(option) => void take(option)} />
      </Menu.Dropdown>
    </Menu>
  );
}
