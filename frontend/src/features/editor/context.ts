import { createContext, useContext } from "react";
import { useStore } from "zustand";
import type { EditorState, EditorStore } from "@/document";
import type { CanvasStore } from "./canvasStore";
import type { WeightsState, WeightsStore } from "./weights";

/** What every part of the editor page shares: the open document, and what the canvas is doing. */
export interface Editor {
  store: EditorStore;
  canvas: CanvasStore;
  weights: WeightsStore;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditorContext(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error("This part of the page stands outside an EditorProvider.");
  return editor;
}

/** The store itself: for actions (`store.getState().undo()`) and subscriptions. */
export function useEditorStore(): EditorStore {
  return useEditorContext().store;
}

/** A narrow view of the document's state; renders again only when what `selector` returns is another value. */
export function useEditor<T>(selector: (state: EditorState) => T): T {
  return useStore(useEditorStore(), selector);
}

/** What the canvas is doing, for features that take part in it. */
export function useCanvasStore(): CanvasStore {
  return useEditorContext().canvas;
}

/** A narrow view of what the attached weights do in the network. */
export function useWeights<T>(selector: (state: WeightsState) => T): T {
  return useStore(useEditorContext().weights, selector);
}
