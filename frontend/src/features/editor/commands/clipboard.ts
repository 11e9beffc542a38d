import { IconClipboard, IconClipboardCheck, IconCopy, IconCopyPlus, IconCut } from "@tabler/icons-react";
import {
  applyEdits,
  blockOf,
  type Clip,
  copyNodes,
  dropToClear,
  type Edit,
  type EditorState,
  type Label,
  type Position,
  pasteEdits,
  readPasted,
  recursionProblem,
  snapPosition,
} from "@/document";
import { copiedText, keepCopied } from "../preferences";
import { type Command, type CommandContext, hereOf, needsSelection } from "./command";

/** The selected nodes as text, kept for pasting here too; null where nothing is selected. */
export function copySelection({ state, canvas }: CommandContext): string | null {
  const clip = copyNodes(state.document, hereOf(state).blockName, state.selection.nodes);
  if (!clip) return null;
  const text = JSON.stringify(clip);
  canvas.setState({ clipboard: text });
  keepCopied(text);
  return text;
}

export function cutSelection(context: CommandContext): string | null {
  const text = copySelection(context);
  if (text !== null) context.state.removeSelection();
  return text;
}

interface PasteChoice {
  at?: Position | null;
  incoming?: boolean;
}

/** Pastes `text` into the open level and selects the copies; says so where it holds no nodes. */
export function pasteText(context: CommandContext, text: string, choice: PasteChoice = {}): void {
  const found = readPasted(text, context.state.catalogue);
  if ("reason" in found) context.canvas.setState({ notice: found.reason });
  else pasteClip(context, found.clip, "history.paste", choice);
}

function pasteClip({ state, canvas }: CommandContext, clip: Clip, label: string, choice: PasteChoice): void {
  const { blockName } = hereOf(state);
  const { edits, ids } = pasteEdits(state.document, blockName, clip, choice);
  const pasted = applyEdits(state.document, edits);
  const reason = blockOf(pasted, blockName)?.nodes.reduce<Label | null>(
    (found, { id, type }) => found ?? (ids.includes(id) ? recursionProblem(pasted, blockName, type) : null),
    null,
  );
  if (reason) {
    canvas.setState({ notice: reason });
    return;
  }
  const placed = choice.at ? edits : clearOfOthers(state, blockName, edits, ids);
  state.applyEdits(placed, {
    label: { key: label, values: { count: ids.length } },
    select: { nodes: ids, edges: [] },
  });
  const [first] = ids;
  if (first !== undefined) canvas.getState().view?.show(first);
}

/** The same edits with the copies further down where they would lie on other cards: they may come from another network. */
function clearOfOthers(state: EditorState, blockName: string, edits: readonly Edit[], ids: readonly string[]): Edit[] {
  const pasted = applyEdits(state.document, edits);
  const block = blockOf(pasted, blockName);
  if (!block) return [...edits];
  const level = { document: pasted, block, catalogue: state.catalogue };
  const drop = dropToClear(level, pasted.view[blockName] ?? {}, ids);
  return edits.map((edit): Edit => {
    if (edit.op !== "add_node" || !edit.position) return edit;
    return { ...edit, position: snapPosition([edit.position[0], edit.position[1] + drop]) };
  });
}

/** Hands text to the system; where that is not allowed, the page's own copy is what paste uses. */
async function shareText(text: string | null): Promise<void> {
  if (text === null || !navigator.clipboard) return;
  try {
    await navigator.clipboard.writeText(text);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

async function readShared({ canvas }: CommandContext): Promise<string> {
  try {
    const text = await navigator.clipboard?.readText();
    // Some other text was copied since: what was copied here is still what a person wants on the canvas.
    if (text?.trimStart().startsWith("{")) return text;
  } catch (error) {
    // The browser does not let the page read: what was copied here is what can be pasted.
    if (!(error instanceof DOMException)) throw error;
  }
  return copiedText() ?? canvas.getState().clipboard ?? "";
}

/** Where a menu was opened, if it was. */
function menuPlace({ canvas }: CommandContext): Position | null {
  const { dialog } = canvas.getState();
  return dialog?.kind === "menu" ? dialog.at : null;
}

export const copy: Command = {
  id: "copy",
  label: "command.copy",
  group: "clipboard",
  icon: IconCopy,
  keys: ["Mod+C"],
  scope: "canvas",
  isClipboardEvent: true,
  guard: needsSelection,
  run: (context) => shareText(copySelection(context)),
};

export const cut: Command = {
  id: "cut",
  label: "command.cut",
  group: "clipboard",
  icon: IconCut,
  keys: ["Mod+X"],
  scope: "canvas",
  isClipboardEvent: true,
  guard: needsSelection,
  run: (context) => shareText(cutSelection(context)),
};

export const paste: Command = {
  id: "paste",
  label: "command.paste",
  group: "clipboard",
  icon: IconClipboard,
  keys: ["Mod+V"],
  scope: "canvas",
  isClipboardEvent: true,
  guard: () => null,
  run: async (context) => {
    const at = menuPlace(context);
    pasteText(context, await readShared(context), { at });
  },
};

export const pasteWired: Command = {
  id: "pasteWired",
  label: "command.pasteWired",
  group: "clipboard",
  icon: IconClipboardCheck,
  keys: ["Mod+Shift+V"],
  scope: "canvas",
  guard: () => null,
  run: async (context) => {
    const at = menuPlace(context);
    pasteText(context, await readShared(context), { at, incoming: true });
  },
};

export const duplicate: Command = {
  id: "duplicate",
  label: "command.duplicate",
  group: "clipboard",
  icon: IconCopyPlus,
  keys: ["Mod+D"],
  scope: "canvas",
  guard: needsSelection,
  run: (context) => {
    const { state } = context;
    const clip = copyNodes(state.document, hereOf(state).blockName, state.selection.nodes);
    if (clip) pasteClip(context, clip, "history.duplicate", {});
  },
};
