import { Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { type ExportOption, sentenceOf } from "@/api";
import { ExportItem } from "./ExportItem";
import { aboutOf, messageOf, titleOf } from "./words";

interface ExportOptionsProps {
  /** What the server offers; undefined while it is asked. */
  options: ExportOption[] | undefined;
  error: Error | null;
  /** Why none of them can be had. */
  reason?: string | null;
  /** Whether weights were trained: some formats are for something else without. */
  isTrained: boolean;
  onTake: (option: ExportOption) => void;
}

/** The server's formats as items of a menu. */
export function ExportOptions({ options, error, reason, isTrained, onTake }: ExportOptionsProps) {
  const { t } = useTranslation("exports");
  if (error !== null) return <Menu.Label>{sentenceOf(error)}</Menu.Label>;
  if (options === undefined) return <Menu.Label>{t("looking")}</Menu.Label>;
  return options.map((option) => (
    <ExportItem
      key={option.format}
      icon={<IconDownload size={15} aria-hidden />}
      title={titleOf(t, option)}
      suffix={option.suffix}
      about={aboutOf(t, option, isTrained)}
      bytes={option.bytes}
      reason={reason ?? (option.reason ? messageOf(t, option.code, option.reason) : null)}
      onClick={() => onTake(option)}
      testId={`export-${option.format}`}
    />
  ));
}
