import { IconCommand, IconKeyboard } from "@tabler/icons-react";
import { always, type Command } from "./command";

export const showCommands: Command = {
  id: "showCommands",
  label: "command.showCommands",
  group: "help",
  icon: IconCommand,
  keys: ["Mod+K", "F1"],
  scope: "everywhere",
  guard: always,
  run: ({ canvas }) => canvas.setState({ dialog: { kind: "commands" } }),
};

export const showKeys: Command = {
  id: "showKeys",
  label: "command.showKeys",
  group: "help",
  icon: IconKeyboard,
  keys: ["?"],
  scope: "page",
  guard: always,
  run: ({ canvas }) => canvas.setState({ dialog: { kind: "keys" } }),
};
