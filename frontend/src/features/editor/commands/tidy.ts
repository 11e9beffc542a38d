import { IconWand } from "@tabler/icons-react";
import {
  blockOf,
  type EditorState,
  type Folded,
  foldWith,
  marksOf,
  meantPositions,
  type Positions,
  placeAround,
  seenLevel,
  seenPositions,
  setWay,
  standInOf,
} from "@/document";
import type { CanvasStore } from "../canvasStore";
import { tidyPart, tidyPositions } from "../layout/tidy";
import { type Command, foldsHere, hereOf, needsNodes } from "./command";

/** One chosen card has nothing to be arranged with: then all are. */
const LEAST_CHOSEN = 2;

/** Which nodes are tidied: the chosen ones, null for all of the level. */
function chosenOf(nodes: readonly string[], numNodes: number, folds: readonly Folded[]): readonly string[] | null {
  return cardsOf(nodes, folds).length >= LEAST_CHOSEN && nodes.length < numNodes ? nodes : null;
}

/** What places are worked out from: where one of these is another, they would be places for another drawing. */
function drawingOf({ document }: EditorState, blockName: string): readonly unknown[] {
  return [blockOf(document, blockName), document.view[blockName], marksOf(document, blockName).ways, document.blocks];
}

function cardsOf(nodes: readonly string[], folds: readonly Folded[]): readonly string[] {
  return [
    ...new Set(
      nodes.map((id) => {
        const fold = foldWith(folds, id);
        return fold ? standInOf(fold) : id;
      }),
    ),
  ];
}

export const tidy: Command = {
  id: "tidy",
  label: "command.tidy",
  group: "view",
  icon: IconWand,
  keys: ["T"],
  scope: "canvas",
  guard: (context) => (context.canvas.getState().isTidying ? { key: "reason.tidying" } : needsNodes(context)),
  run: async ({ state, store, canvas }) => {
    const { block, blockName } = hereOf(state);
    const level = { document: state.document, block, catalogue: state.catalogue };
    const folds = foldsHere(state);
    const chosen = chosenOf(state.selection.nodes, block.nodes.length, folds);
    const before = drawingOf(state, blockName);
    canvas.setState({ isTidying: true });
    try {
      const stored = state.document.view[blockName] ?? {};
      // What is folded is arranged as the card that is seen, and goes with it.
      const seen = { ...level, block: seenLevel(level, folds).block };
      const cards = seenPositions(stored, folds);
      const laid = chosen ? await tidyPart(seen, cards, cardsOf(chosen, folds)) : await tidyPositions(seen);
      const positions = meantPositions(laid, stored, folds);
      const isAnother = drawingOf(store.getState(), blockName).some((part, at) => part !== before[at]);
      if (isAnother) {
        canvas.setState({ notice: { key: "notice.tidyCancelled" } });
        return;
      }
      place(state, blockName, positions, chosen);
      show(store.getState(), canvas, blockName, chosen);
    } catch (error) {
      canvas.setState({ notice: { key: "notice.tidyFailed", values: { reason: String(error) } } });
    } finally {
      canvas.setState({ isTidying: false });
    }
  },
};

/** Points that led wires through the old drawing mean nothing in the new one: they go in the same step. */
function place(state: EditorState, block: string, positions: Positions, chosen: readonly string[] | null): void {
  const moves = Object.entries(positions).map(([id, position]) => ({ op: "move_node" as const, block, id, position }));
  const isMoved = ({ source, target }: { source: string; target: string }) =>
    chosen === null || chosen.includes(source) || chosen.includes(target);
  const led = marksOf(state.document, block).ways.filter(({ edge }) => isMoved(edge));
  const label = chosen ? { key: "history.tidyChosen", values: { count: chosen.length } } : { key: "history.tidy" };
  state.applyEdits([...moves, ...led.map(({ edge }) => setWay(block, edge, []))], { label });
}

/** All of the level as it is when it is opened, unless a part was tidied, or the person has gone to another level. */
function show(state: EditorState, canvas: CanvasStore, blockName: string, chosen: readonly string[] | null): void {
  const { block, blockName: open } = hereOf(state);
  const { view } = canvas.getState();
  if (open !== blockName) return;
  if (chosen === null) view?.showLevel();
  else {
    const level = { document: state.document, block, catalogue: state.catalogue };
    view?.showPlace(placeAround(level, state.document.view[blockName] ?? {}, chosen));
  }
}
