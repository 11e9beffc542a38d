import {
  IconFocusCentered,
  IconMagnet,
  IconMap,
  IconSearch,
  IconZoomIn,
  IconZoomOut,
  IconZoomScan,
} from "@tabler/icons-react";
import type { CanvasView } from "../canvasStore";
import { always, type Command, type CommandContext, needsCanvas, needsNodes, needsSelection } from "./command";

function viewCommand(
  id: string,
  keys: string[],
  icon: NonNullable<Command["icon"]>,
  run: (view: CanvasView, context: CommandContext) => void,
): Command {
  return {
    id,
    label: `command.${id}`,
    group: "view",
    icon,
    keys,
    scope: "canvas",
    guard: needsCanvas,
    run: (context) => {
      const { view } = context.canvas.getState();
      if (view) run(view, context);
    },
  };
}

export const fit = viewCommand("fit", ["F"], IconFocusCentered, (view) => view.fit());
export const fitSelection: Command = {
  ...viewCommand("fitSelection", ["Z"], IconZoomScan, (view, { state }) => view.fitNodes(state.selection.nodes)),
  guard: (context) => needsCanvas(context) ?? needsSelection(context),
};
export const find: Command = {
  ...viewCommand("find", ["Mod+F"], IconSearch, (_view, { canvas }) => canvas.setState({ dialog: { kind: "find" } })),
  guard: (context) => needsCanvas(context) ?? needsNodes(context),
};
export const zoomIn = viewCommand("zoomIn", ["+", "="], IconZoomIn, (view) => view.zoomIn());
export const zoomOut = viewCommand("zoomOut", ["-"], IconZoomOut, (view) => view.zoomOut());
export const zoomReset: Command = {
  ...viewCommand("zoomReset", ["0"], IconFocusCentered, (view) => view.zoomTo(1)),
};

export const toggleMinimap: Command = {
  id: "toggleMinimap",
  label: "command.toggleMinimap",
  group: "view",
  icon: IconMap,
  keys: ["N"],
  scope: "canvas",
  guard: always,
  run: ({ canvas }) => canvas.setState(({ isMinimapShown }) => ({ isMinimapShown: !isMinimapShown })),
};

export const toggleSnap: Command = {
  id: "toggleSnap",
  label: "command.toggleSnap",
  group: "view",
  icon: IconMagnet,
  keys: ["G"],
  scope: "canvas",
  guard: always,
  run: ({ canvas }) => canvas.setState(({ isSnapping }) => ({ isSnapping: !isSnapping })),
};
