import { Button, Menu } from "@mantine/core";
import { IconBrandPython, IconChevronDown, IconFileTypography } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type CodeRead, type ExportOption, type ExportRead, sentenceOf, unwrap } from "@/api";
import { writeDocument } from "@/document";
import { useEditor, useEditorStore } from "@/features/editor";
import { ExportItem, ExportOptions, prepareAndDownload } from "@/features/exports";
import { downloadText, notifyError, toFilename } from "@/ui";
import styles from "./networkExport.module.css";

const ICON = 15;

/** What an untrained network can be taken home as: its code, its document, and programs with fresh weights. */
export function NetworkExports() {
  const { t } = useTranslation("exports");
  const store = useEditorStore();
  const [isOpen, setOpen] = useState(false);
  // While it is closed no edit draws it anew.
  const asked = useEditor((state) => (isOpen ? state.document : null));
  const errors = useEditor(
    (state) => state.report?.problems.filter(({ severity }) => severity === "error").length ?? 0,
  );
  const { data, error } = useQuery({
    queryKey: ["exports", "network", asked],
    queryFn: ({ signal }) => {
      const document = asked ?? store.getState().document;
      return unwrap<ExportOption[]>(api.POST("/api/exports/formats", { body: { document }, signal }));
    },
    enabled: isOpen,
    gcTime: 0,
  });
  const reason = errors > 0 ? t("problems", { count: errors }) : null;

  async function takeCode() {
    const { document: drawn } = store.getState();
    try {
      const { source } = await unwrap<CodeRead>(api.POST("/api/code", { body: { document: drawn } }));
      downloadText(toFilename(drawn.name, "py"), source, "text/x-python");
    } catch (failure) {
      notifyError(t("failed", { format: t("formats.source.title") }), sentenceOf(failure));
    }
  }

  function takeDocument() {
    const { document: drawn } = store.getState();
    downloadText(toFilename(drawn.name, "json"), writeDocument(drawn), "application/json");
  }

  function take(option: ExportOption) {
    const { document: drawn } = store.getState();
    return prepareAndDownload(t, `network-${option.format}`, option, () =>
      unwrap<ExportRead>(api.POST("/api/exports", { body: { document: drawn, format: option.format, seed: 0 } })),
    );
  }

  return (
    <Menu position="bottom-end" width={440} shadow="md" withinPortal opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          styles={{ label: { color: "var(--nw-text)" } }}
          data-testid="export-network"
        >
          {t("network")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={styles.dropdown} aria-label={t("network")}>
        <ExportItem
          icon={<IconBrandPython size={ICON} aria-hidden />}
          title={t("formats.source.title")}
          suffix=".py"
          about={t("formats.source.about")}
          reason={reason}
          onClick={() => void takeCode()}
          testId="export-source"
        />
        <ExportItem
          icon={<IconFileTypography size={ICON} aria-hidden />}
          title={t("formats.document.title")}
          suffix=".json"
          about={t("formats.document.about")}
          onClick={takeDocument}
          testId="export-document"
        />
        <Menu.Divider />
        <Menu.Label>{t("untrained")}</Menu.Label>
        <ExportOptions
          options={data}
          error={error}
          reason={reason}
          isTrained={false}
          onTake={(option) => void take(option)}
        />
      </Menu.Dropdown>
    </Menu>
  );
}
