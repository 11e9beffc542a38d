import { arranging } from "./arrange";
import * as blocks from "./blocks";
import * as clipboard from "./clipboard";
import type { Command } from "./command";
import * as folding from "./folding";
import * as help from "./help";
import * as history from "./history";
import * as marks from "./marks";
import { moves } from "./move";
import * as nodes from "./nodes";
import * as selection from "./selection";
import * as suggest from "./suggest";
import { tidy } from "./tidy";
import * as view from "./view";
import * as ways from "./ways";

/** What only looks: it can be done where nothing can be changed. */
const READING: ReadonlySet<string> = new Set([
  ...marks.coloring.map(({ id }) => id),
  ...selection.growing.map(({ id }) => id),
  "openBlock",
  "openFold",
  "leaveBlock",
  "copy",
  "selectAll",
  "deselect",
  "nextNode",
  "previousNode",
  "find",
  "fit",
  "fitSelection",
  "zoomIn",
  "zoomOut",
  "zoomReset",
  "toggleMinimap",
  "showCommands",
  "showKeys",
]);

function guardedWhereReadOnly(command: Command): Command {
  if (READING.has(command.id)) return command;
  return {
    ...command,
    guard: (context) => (context.state.isReadOnly ? { key: "reason.readOnly" } : command.guard(context)),
  };
}

const ALL: readonly Command[] = [
  nodes.addNode,
  nodes.addHere,
  nodes.connect,
  // Before the commands whose keys they share.
  suggest.takeSuggestion,
  suggest.otherSuggestion,
  suggest.hideSuggestion,
  suggest.showSuggestion,
  nodes.detach,
  nodes.cutWires,
  ways.addPoint,
  ways.removePoints,
  nodes.mute,
  marks.addFrame,
  marks.addNote,
  ...marks.coloring,
  nodes.openBlock,
  nodes.leaveBlock,
  blocks.group,
  blocks.unpack,
  blocks.makeUnique,
  blocks.saveBlock,
  blocks.openLibrary,
  history.undo,
  history.redo,
  clipboard.cut,
  clipboard.copy,
  clipboard.paste,
  clipboard.pasteWired,
  clipboard.duplicate,
  selection.remove,
  selection.removeWithWires,
  selection.selectAll,
  ...selection.growing,
  selection.deselect,
  selection.nextNode,
  selection.previousNode,
  ...moves,
  ...arranging,
  view.find,
  view.fit,
  view.fitSelection,
  view.zoomIn,
  view.zoomOut,
  view.zoomReset,
  tidy,
  folding.fold,
  folding.openFold,
  view.toggleMinimap,
  view.toggleSnap,
  suggest.toggleSuggestions,
  help.showCommands,
  help.showKeys,
];

/** Every command of the editor, in the order of menus and the help. */
export const commands: readonly Command[] = ALL.map(guardedWhereReadOnly);

const byId = new Map(commands.map((command) => [command.id, command]));

/** The command called `id`; a miss names what exists. */
export function commandById(id: string): Command {
  const command = byId.get(id);
  if (!command) throw new Error(`There is no command called ${id}; there are: ${[...byId.keys()].join(", ")}.`);
  return command;
}
