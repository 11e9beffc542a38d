import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { EditError, type Fix } from "@/document";
import { useEditorStore } from "@/features/editor";
import { notifyError } from "@/ui";

/** Applies a problem's fix as one step of the history. */
export function useApplyFix(): (fix: Fix) => void {
  const { t } = useTranslation("problems");
  const store = useEditorStore();
  return useCallback(
    (fix) => {
      try {
        store.getState().applyFix(fix);
      } catch (error) {
        // The document has moved on since the check: its next answer brings fixes that fit.
        if (!(error instanceof EditError)) throw error;
        notifyError(t("fixIsOld"), t("fixIsOldDetail"));
      }
    },
    [store, t],
  );
}
