import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { exposeEdits, inlineEdits, NETWORK } from "@/document";
import { useCanvasStore, useEditorStore } from "@/features/editor";
import type { FieldNaming } from "@/ui";

/** Turns a setting of a node into a parameter of the open block, and back. */
export function useNaming(id: string, blockName: string): FieldNaming {
  const { t } = useTranslation("inspector");
  const store = useEditorStore();
  const canvas = useCanvasStore();
  return useMemo(() => {
    function expose(field: string): void {
      const { document, catalogue, applyEdits } = store.getState();
      const exposed = exposeEdits(document, blockName, id, field, catalogue);
      if (!exposed) return;
      const values = { name: exposed.name, block: blockName, id, field };
      applyEdits(exposed.edits, { label: { key: "history.expose", values } });
      const isNetwork = blockName === NETWORK;
      canvas.setState({ notice: { key: isNetwork ? "notice.exposedNetwork" : "notice.exposed", values } });
    }

    function inline(field: string): void {
      const { document, applyEdits } = store.getState();
      const edits = inlineEdits(document, blockName, id, field);
      if ("key" in edits) canvas.setState({ notice: edits });
      else applyEdits(edits, { label: { key: "history.inline", values: { id, field } } });
    }

    const block = blockName === NETWORK ? t("theNetwork") : blockName;
    return {
      exposeLabel: (field) => t("expose", { field, block }),
      expose,
      inlineLabel: (field) => t("inline", { field }),
      inline,
    };
  }, [store, canvas, id, blockName, t]);
}
