/** The editor as other features see it. */
export { useEditor, useEditorStore } from "./context";
export { EditorProvider, type EditorProviderProps } from "./EditorProvider";
