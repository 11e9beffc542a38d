import type { Icon } from "@tabler/icons-react";
import {
  type EditorState,
  type EditorStore,
  type Folded,
  foldsOf,
  type Label,
  marksOf,
  type ResolvedLevel,
  resolveLevel,
} from "@/document";
import type { CanvasStore } from "../canvasStore";

export interface CommandContext {
  /** The document's state at the moment of the call. */
  state: EditorState;
  /** For commands that wait: the state may be another one afterwards. */
  store: EditorStore;
  canvas: CanvasStore;
}

/** What a person can do in the editor: the toolbar, the keyboard, the menus and the help show and run the same object. */
export interface Command {
  id: string;
  /** Keys of the `editor` catalogue. */
  label: string;
  group: "history" | "clipboard" | "selection" | "node" | "block" | "move" | "arrange" | "view" | "help";
  icon?: Icon;
  /** `Mod` is Ctrl, or Cmd on a Mac: `Mod+Shift+Z`. The first is the one that is shown. */
  keys: readonly string[];
  /**
   * `canvas` keys work only while the canvas has the keyboard; `page` keys everywhere but in a text field; `everywhere` keys
   * also there.
   */
  scope: "canvas" | "page" | "everywhere";
  /** The browser's own event (copy, cut, paste) brings these keys: the keyboard leaves them alone. */
  isClipboardEvent?: boolean;
  /** Where it cannot be done now, its keys do what they do everywhere, and nothing is said. */
  passesKeyOn?: boolean;
  /**
   * The command that has the same keys where this one cannot be done: there the keys stay what they are. Goes with
   * `passesKeyOn`.
   */
  sharesKeysWith?: string;
  /** Left out of menus and the help where another command of its kind stands for it. */
  isHidden?: boolean;
  /** Why it cannot be done now, or null. */
  guard(context: CommandContext): Label | null;
  run(context: CommandContext): void | Promise<void>;
}

export const always = (): null => null;

export const needsSelection = ({ state }: CommandContext): Label | null =>
  state.selection.nodes.length > 0 ? null : { key: "reason.noNodeSelected" };

export const needsOneNode = ({ state }: CommandContext): Label | null => {
  const { length } = state.selection.nodes;
  if (length === 1) return null;
  return { key: length === 0 ? "reason.noNodeSelected" : "reason.oneNodeOnly" };
};

export const needsNodes = ({ state }: CommandContext): Label | null =>
  hereOf(state).block.nodes.length > 0 ? null : { key: "reason.empty" };

export const needsCanvas = ({ canvas }: CommandContext): Label | null =>
  canvas.getState().view ? null : { key: "reason.noCanvas" };

/** The level that is open. */
export function hereOf(state: EditorState): ResolvedLevel {
  return resolveLevel(state.document, state.level);
}

/** The folds of the level that is open. */
export function foldsHere(state: EditorState): readonly Folded[] {
  const { block, blockName } = hereOf(state);
  return foldsOf(block, marksOf(state.document, blockName));
}
