import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { notifyError } from "./notify";
import { ReasonedIcon } from "./ReasonedButton";

const SHOWN_MS = 1500;

/** The clipboard, also where the page has no secure address (another machine on the network). */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand("copy");
  area.remove();
  if (!isCopied) throw new Error("The browser refused to copy.");
}

export function CopyButton({ text, label, reason }: { text: string; label?: string; reason?: string | null }) {
  const { t } = useTranslation("ui");
  const [isCopied, setCopied] = useState(false);

  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);

  async function onClick() {
    try {
      await copy(text);
      setCopied(true);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      notifyError(t("copyFailed"), error);
    }
  }

  return (
    <ReasonedIcon label={isCopied ? t("copied") : (label ?? t("copy"))} reason={reason} onClick={onClick}>
      {isCopied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />}
    </ReasonedIcon>
  );
}
