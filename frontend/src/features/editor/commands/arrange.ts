import {
  type Icon,
  IconLayoutAlignBottom,
  IconLayoutAlignCenter,
  IconLayoutAlignLeft,
  IconLayoutAlignMiddle,
  IconLayoutAlignRight,
  IconLayoutAlignTop,
  IconLayoutDistributeHorizontal,
  IconLayoutDistributeVertical,
} from "@tabler/icons-react";
import { type Axis, alignPositions, distributePositions, type Level, type Positions, type Side } from "@/document";
import { type Command, type CommandContext, hereOf } from "./command";

type Arrange = (level: Level, positions: Positions, ids: readonly string[]) => Positions;

function arrangeCommand(id: string, key: string, icon: Icon, least: number, arrange: Arrange): Command {
  return {
    id,
    label: `command.${id}`,
    group: "arrange",
    icon,
    keys: [key],
    scope: "canvas",
    guard: ({ state }) => {
      const count = state.selection.nodes.length;
      return count >= least ? null : { key: "reason.selectMore", values: { count: least } };
    },
    run: ({ state }: CommandContext) => {
      const { block, blockName } = hereOf(state);
      const level = { document: state.document, block, catalogue: state.catalogue };
      const placed = arrange(level, state.document.view[blockName] ?? {}, state.selection.nodes);
      state.moveNodes(placed, undefined, { key: "history.arrange", values: { count: state.selection.nodes.length } });
    },
  };
}

const align = (id: string, key: string, icon: Icon, side: Side) =>
  arrangeCommand(id, key, icon, 2, (level, positions, ids) => alignPositions(level, positions, ids, side));
const distribute = (id: string, key: string, icon: Icon, axis: Axis) =>
  arrangeCommand(id, key, icon, 3, (level, positions, ids) => distributePositions(level, positions, ids, axis));

export const arranging: readonly Command[] = [
  align("alignLeft", "Alt+A", IconLayoutAlignLeft, "left"),
  align("alignCentre", "Alt+H", IconLayoutAlignCenter, "centre"),
  align("alignRight", "Alt+D", IconLayoutAlignRight, "right"),
  align("alignTop", "Alt+W", IconLayoutAlignTop, "top"),
  align("alignMiddle", "Alt+V", IconLayoutAlignMiddle, "middle"),
  align("alignBottom", "Alt+S", IconLayoutAlignBottom, "bottom"),
  distribute("distributeHorizontally", "Alt+Shift+H", IconLayoutDistributeHorizontal, "horizontal"),
  distribute("distributeVertically", "Alt+Shift+V", IconLayoutDistributeVertical, "vertical"),
];
