import { completePositions, GRID, type Positions } from "@/document";
import { type Command, type CommandContext, hereOf, needsSelection } from "./command";

/** Steps of the arrow keys, in pixels: the grid, and five of it with Shift. */
const STEPS = { fine: GRID, coarse: GRID * 5 };

const ARROWS = [
  { key: "ArrowLeft", name: "Left", x: -1, y: 0 },
  { key: "ArrowRight", name: "Right", x: 1, y: 0 },
  { key: "ArrowUp", name: "Up", x: 0, y: -1 },
  { key: "ArrowDown", name: "Down", x: 0, y: 1 },
];

function moveBy({ state }: CommandContext, dx: number, dy: number): void {
  const here = hereOf(state);
  const level = { document: state.document, block: here.block, catalogue: state.catalogue };
  const places = completePositions(level, state.document.view[here.blockName] ?? {});
  const moved: Positions = {};
  for (const id of state.selection.nodes) {
    const [x, y] = places[id] ?? [0, 0];
    moved[id] = [x + dx, y + dy];
  }
  // A run of arrow keys on the same nodes is one step of the history.
  state.moveNodes(moved, `arrows:${here.blockName}:${state.selection.nodes.join(",")}`);
}

/** Arrow keys move what is selected; with Shift in larger steps. */
export const moves: readonly Command[] = ARROWS.flatMap(({ key, name, x, y }) =>
  (["fine", "coarse"] as const).map(
    (size): Command => ({
      id: `move${name}${size === "coarse" ? "Far" : ""}`,
      label: `command.move${name}`,
      group: "move",
      keys: [size === "coarse" ? `Shift+${key}` : key],
      scope: "canvas",
      isHidden: size === "coarse",
      guard: needsSelection,
      run: (context) => moveBy(context, x * STEPS[size], y * STEPS[size]),
    }),
  ),
);
