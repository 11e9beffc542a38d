import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Label } from "@/document";

export type Translate = TFunction<"editor">;

/** The sentences of the editor. */
export function useEditorWords(): Translate {
  return useTranslation("editor").t;
}

export function say(t: Translate, label: Label): string {
  return t(label.key, label.values ?? {});
}
