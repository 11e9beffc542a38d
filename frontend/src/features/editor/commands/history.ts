import { IconArrowBackUp, IconArrowForwardUp } from "@tabler/icons-react";
import { canRedo, canUndo } from "@/document";
import type { Command } from "./command";

export const undo: Command = {
  id: "undo",
  label: "command.undo",
  group: "history",
  icon: IconArrowBackUp,
  keys: ["Mod+Z"],
  scope: "page",
  guard: ({ state }) => (canUndo(state.history) ? null : { key: "reason.nothingToUndo" }),
  run: ({ state }) => state.undo(),
};

export const redo: Command = {
  id: "redo",
  label: "command.redo",
  group: "history",
  icon: IconArrowForwardUp,
  keys: ["Mod+Shift+Z", "Mod+Y"],
  scope: "page",
  guard: ({ state }) => (canRedo(state.history) ? null : { key: "reason.nothingToRedo" }),
  run: ({ state }) => state.redo(),
};
