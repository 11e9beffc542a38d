/** The editor as other features see it. */
export { Canvas } from "./canvas/Canvas";
export { CommandIcon, type CommandIconProps } from "./canvas/CanvasControls";
export { CommandPalette, type Destination } from "./canvas/CommandPalette";
export { SIGNS } from "./canvas/differences";
export type { CanvasState, CanvasStore, Difference, Heat, LevelDifferences, Measured } from "./canvasStore";
export { type BoundCommand, useCommand } from "./commands/useCommand";
export { useCommandKeys } from "./commands/useCommandKeys";
export { useCanvasStore, useEditor, useEditorStore, useWeights } from "./context";
export { EditorProvider, type EditorProviderProps } from "./EditorProvider";
export { FamilyIcon, familyColor } from "./FamilyIcon";
export { HistoryMenu } from "./HistoryMenu";
export { say, type Translate, useEditorWords } from "./labels";
export { type AttachedWeights, attachedTo, type WeightsMark } from "./weights";
