import { IconCircleFilled, IconFrame, IconNote } from "@tabler/icons-react";
import {
  COLORS,
  type Color,
  type Edit,
  freeMarkId,
  type MarkKind,
  marksOf,
  placeAround,
  setMark,
  snap,
} from "@/document";
import { type Command, type CommandContext, hereOf, needsCanvas, needsSelection } from "./command";

const SIZE = { frame: { width: 480, height: 280 }, note: { width: 240, height: 120 } };

/** Where a new mark goes: around what is selected, else where the pointer (or the menu) is. */
function placeFor(kind: MarkKind, { state, canvas }: CommandContext) {
  const { block, blockName } = hereOf(state);
  const { nodes } = state.selection;
  if (kind === "frame" && nodes.length > 0) {
    const level = { document: state.document, block, catalogue: state.catalogue };
    return placeAround(level, state.document.view[blockName] ?? {}, nodes);
  }
  const { view, dialog } = canvas.getState();
  const client = dialog?.kind === "menu" ? { x: dialog.x, y: dialog.y } : view?.pointer();
  const [x, y] = (client && view?.toCanvas(client)) ?? [0, 0];
  return { x: snap(x), y: snap(y), ...SIZE[kind] };
}

function addMark(kind: MarkKind, context: CommandContext): void {
  const { state, canvas } = context;
  const { blockName } = hereOf(state);
  const id = freeMarkId(kind, marksOf(state.document, blockName));
  const place = placeFor(kind, context);
  const value =
    kind === "frame" ? { ...place, title: "", color: "blue" as const } : { ...place, text: "", color: "grey" as const };
  state.applyEdits([setMark(blockName, { kind, id }, value)], {
    label: { key: kind === "frame" ? "history.addFrame" : "history.addNote" },
    select: { nodes: [], edges: [] },
  });
  canvas.setState({ mark: { kind, id }, isWriting: true });
}

export const addFrame: Command = {
  id: "addFrame",
  label: "command.addFrame",
  group: "node",
  icon: IconFrame,
  keys: ["Shift+F"],
  scope: "canvas",
  guard: needsCanvas,
  run: (context) => addMark("frame", context),
};

export const addNote: Command = {
  id: "addNote",
  label: "command.addNote",
  group: "node",
  icon: IconNote,
  keys: ["Shift+N"],
  scope: "canvas",
  guard: needsCanvas,
  run: (context) => addMark("note", context),
};

/** The command that gives cards a colour, or takes theirs away. */
export function colorCommandId(color: Color | null): string {
  return `color${color === null ? "None" : color[0]?.toUpperCase() + color.slice(1)}`;
}

function colorCommand(color: Color | null): Command {
  return {
    id: colorCommandId(color),
    label: `command.${colorCommandId(color)}`,
    group: "node",
    icon: IconCircleFilled,
    keys: [],
    scope: "canvas",
    guard: needsSelection,
    run: ({ state }) => {
      const { blockName } = hereOf(state);
      const edits = state.selection.nodes.map((id): Edit => ({ op: "set_color", block: blockName, id, color }));
      state.applyEdits(edits, { label: { key: "history.color", values: { count: edits.length } } });
    },
  };
}

/** A colour for the cards of what is selected, or none. */
export const coloring: readonly Command[] = [...COLORS, null].map(colorCommand);
