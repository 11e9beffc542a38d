import {
  IconFocusCentered,
  IconMagnet,
  IconMap,
  IconSearch,
  IconWand,
  IconZoomIn,
  IconZoomOut,
  IconZoomScan,
} from "@tabler/icons-react";
import { blockOf, equalEdges, marksOf, setWay } from "@/document";
import type { CanvasView } from "../canvasStore";
import { tidyPositions } from "../layout/tidy";
import { always, type Command, type CommandContext, hereOf, needsCanvas, needsNodes, needsSelection } from "./command";

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

export const tidy: Command = {
  id: "tidy",
  label: "command.tidy",
  group: "view",
  icon: IconWand,
  keys: ["T"],
  scope: "canvas",
  guard: (context) => (context.canvas.getState().isTidying ? { key: "reason.tidying" } : needsNodes(context)),
  run: async ({ state, store, canvas }) => {
    const here = hereOf(state);
    canvas.setState({ isTidying: true });
    try {
      const level = { document: state.document, block: here.block, catalogue: state.catalogue };
      const positions = await tidyPositions(level);
      // Nodes that came or went meanwhile keep their places.
      const block = blockOf(store.getState().document, here.blockName);
      const left = block?.nodes ?? [];
      const drawn = block?.edges ?? [];
      const edits = left.flatMap(({ id }) => {
        const position = positions[id];
        return position ? [{ op: "move_node" as const, block: here.blockName, id, position }] : [];
      });
      // Points that led wires through the old drawing mean nothing in the new one.
      const { ways } = marksOf(store.getState().document, here.blockName);
      const straight = ways.flatMap(({ edge }) => {
        const isDrawn = drawn.some((other) => equalEdges(other, edge));
        return isDrawn ? [setWay(here.blockName, edge, [])] : [];
      });
      state.applyEdits([...edits, ...straight], { label: { key: "history.tidy" } });
      canvas.getState().view?.showLevel();
    } catch (error) {
      canvas.setState({ notice: { key: "notice.tidyFailed", values: { reason: String(error) } } });
    } finally {
      canvas.setState({ isTidying: false });
    }
  },
};
