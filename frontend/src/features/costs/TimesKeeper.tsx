import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { api, sentenceOf, unwrap } from "@/api";
import { meaningOf } from "@/document";
import { type Measured, useCanvasStore, useEditor, useEditorStore } from "@/features/editor";

/** Asks what runs have measured of the network as it is drawn, while the costs are open or the cards are coloured by time. */
export function TimesKeeper({ networkId, isOpen }: { networkId: string; isOpen: boolean }) {
  const canvas = useCanvasStore();
  const store = useEditorStore();
  const isColoured = useStore(canvas, (state) => state.heat === "time");
  // A new report means that the network means something else than before.
  const report = useEditor((state) => state.report);
  const { language } = useTranslation().i18n;
  const isWanted = isOpen || isColoured;
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked anew for a new report, and said anew in another language
  useEffect(() => {
    if (!isWanted) return;
    const abort = new AbortController();
    const tell = (measured: Measured) => {
      if (!abort.signal.aborted) canvas.setState({ measured });
    };
    const body = { document: meaningOf(store.getState().document) };
    unwrap(
      api.POST("/api/networks/{id}/times", { params: { path: { id: networkId } }, body, signal: abort.signal }),
    ).then(
      ({ times, reason }) => tell({ times: times ?? null, reason: reason ?? null }),
      (error) => tell({ times: null, reason: sentenceOf(error) }),
    );
    return () => abort.abort();
  }, [canvas, store, networkId, isWanted, report, language]);
  return null;
}
