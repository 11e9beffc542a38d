import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { api, compareWeights, sentenceOf, unwrap } from "@/api";
import {
  type CheckReport,
  createDocumentStore,
  type Document,
  type LayerRead,
  meaningOf,
  type WireDocument,
} from "@/document";
import { createCanvasStore } from "./canvasStore";
import { startChecking } from "./checker";
import { EditorContext } from "./context";
import { type Compare, createWeightsStore, startComparing } from "./weights";

export interface EditorProviderProps {
  /** What is opened; a later change of this property is not followed (give the provider a `key`, or call `load`). */
  document: WireDocument;
  /** Followed: the documentation comes in another language when the page's changes. */
  layers: readonly LayerRead[];
  /** The revision that `document` has on the server, null where it was never saved. */
  revision?: number | null;
  /** Nothing can be changed in it. */
  isReadOnly?: boolean;
  /** What is checked in place of `document`, where that is a picture of two states and no network. Not followed either. */
  checked?: Document;
  children: ReactNode;
}

/** Holds one open document and keeps it checked. Everything of the editor page stands inside it. */
export function EditorProvider({
  document,
  layers,
  revision = null,
  isReadOnly = false,
  checked,
  children,
}: EditorProviderProps) {
  const [editor] = useState(() => ({
    store: createDocumentStore({ document, layers, revision, isReadOnly }),
    canvas: createCanvasStore({ isReadOnly }),
    layers,
    weights: createWeightsStore(),
    check: checked === undefined ? checkDocument : (_: Document, signal: AbortSignal) => checkDocument(checked, signal),
  }));
  const { language } = useTranslation().i18n;
  useEffect(() => {
    if (layers !== editor.layers) editor.store.getState().setCatalogue(layers);
    editor.layers = layers;
  }, [editor, layers]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is wrong is said anew in another language
  useEffect(() => startChecking(editor.store, editor.check, reportFailure), [editor, language]);
  useEffect(() => startComparing(editor.store, editor.weights, compare, sentenceOf), [editor]);
  return <EditorContext value={editor}>{children}</EditorContext>;
}

function checkDocument(document: Document, signal: AbortSignal): Promise<CheckReport> {
  const answer = unwrap(api.POST("/api/check", { body: { document: meaningOf(document), batch_size: 1 }, signal }));
  // The client's types lose that a position is a pair.
  return answer as Promise<CheckReport>;
}

const compare: Compare = (document, { source, match }, signal) => compareWeights(document, source, match, signal);

/** The state `failed` is what the page shows; the cause is for whoever looks into the console. */
function reportFailure(error: unknown): void {
  console.warn("The check did not answer:", error);
}
