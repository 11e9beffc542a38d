import { IconSelectAll, IconTrash } from "@tabler/icons-react";
import { dataOrder, downstreamOfAll, foldWith, setMark, upstreamOfAll } from "@/document";
import { always, type Command, type CommandContext, foldsHere, hereOf, needsNodes, needsSelection } from "./command";

export const selectAll: Command = {
  id: "selectAll",
  label: "command.selectAll",
  group: "selection",
  icon: IconSelectAll,
  keys: ["Mod+A"],
  scope: "canvas",
  guard: needsNodes,
  run: ({ state }) => state.selectAll(),
};

function selectBy(id: string, key: string, choose: (context: CommandContext) => Iterable<string>): Command {
  return {
    id,
    label: `command.${id}`,
    group: "selection",
    keys: [key],
    scope: "canvas",
    guard: needsSelection,
    run: (context) => context.state.select({ nodes: [...choose(context)] }),
  };
}

export const growing: readonly Command[] = [
  selectBy("selectAfter", "D", ({ state }) => downstreamOfAll(hereOf(state).block, state.selection.nodes)),
  selectBy("selectBefore", "U", ({ state }) => upstreamOfAll(hereOf(state).block, state.selection.nodes)),
  selectBy("selectSameType", "Shift+S", ({ state }) => {
    const { nodes } = hereOf(state).block;
    const types = new Set(nodes.filter(({ id }) => state.selection.nodes.includes(id)).map(({ type }) => type));
    return nodes.filter(({ type }) => types.has(type)).map(({ id }) => id);
  }),
  {
    ...selectBy("selectOthers", "I", ({ state }) => {
      const chosen = new Set(state.selection.nodes);
      return hereOf(state)
        .block.nodes.map(({ id }) => id)
        .filter((id) => !chosen.has(id));
    }),
    guard: needsNodes,
  },
];

export const deselect: Command = {
  id: "deselect",
  label: "command.deselect",
  group: "selection",
  keys: ["Escape"],
  scope: "canvas",
  // Escape is pressed to be sure: with nothing selected there is nothing to say.
  guard: always,
  run: ({ state, canvas }) => {
    state.select({});
    canvas.setState({ isKnifeOut: false, mark: null, isWriting: false });
    canvas.getState().view?.focus();
  },
};

const needsAnything = ({ state, canvas }: CommandContext) => {
  const { nodes, edges } = state.selection;
  return nodes.length + edges.length > 0 || canvas.getState().mark ? null : { key: "reason.nothingSelected" };
};

export function removeMark({ state, canvas }: Pick<CommandContext, "state" | "canvas">): void {
  const { mark } = canvas.getState();
  if (!mark) return;
  canvas.setState({ mark: null, isWriting: false });
  state.applyEdits([setMark(hereOf(state).blockName, mark, null)], {
    label: { key: mark.kind === "frame" ? "history.removeFrame" : "history.removeNote" },
  });
}

export const remove: Command = {
  id: "remove",
  label: "command.remove",
  group: "selection",
  icon: IconTrash,
  keys: ["Delete", "Backspace"],
  scope: "canvas",
  guard: needsAnything,
  run: ({ state, canvas }) => {
    if (canvas.getState().mark) removeMark({ state, canvas });
    else state.removeSelection();
    canvas.getState().view?.focus();
  },
};

export const removeWithWires: Command = {
  id: "removeWithWires",
  label: "command.removeWithWires",
  group: "selection",
  keys: ["Shift+Delete", "Shift+Backspace"],
  scope: "canvas",
  guard: needsAnything,
  run: ({ state, canvas }) => {
    if (canvas.getState().mark) removeMark({ state, canvas });
    else state.removeSelection({ heal: false });
    canvas.getState().view?.focus();
  },
};

/** The node before or after the selected one in the order of the data; undefined at the end. */
function neighbour({ state }: CommandContext, step: 1 | -1): string | undefined {
  const folds = foldsHere(state);
  // What is folded is one stop: its first node stands for it.
  const order = dataOrder(hereOf(state).block).filter((id) => (foldWith(folds, id)?.nodes[0] ?? id) === id);
  const last = state.selection.nodes.at(-1);
  if (last === undefined) return step === 1 ? order[0] : order.at(-1);
  const at = order.indexOf(foldWith(folds, last)?.nodes[0] ?? last) + step;
  return at < 0 ? undefined : order[at];
}

function walk(id: string, label: string, key: string, step: 1 | -1): Command {
  return {
    id,
    label,
    group: "selection",
    keys: [key],
    scope: "canvas",
    // At either end the key leaves the canvas.
    passesKeyOn: true,
    guard: (context) => (neighbour(context, step) === undefined ? { key: "reason.noFurtherNode" } : null),
    run: (context) => {
      const next = neighbour(context, step);
      if (next === undefined) return;
      // Whoever walks with Tab goes on walking: there the key is not taken for what is suggested.
      context.canvas.setState({ quietFor: next });
      context.state.select({ nodes: foldWith(foldsHere(context.state), next)?.nodes ?? [next] });
      context.canvas.getState().view?.reveal(next);
    },
  };
}

export const nextNode = walk("nextNode", "command.nextNode", "Tab", 1);
export const previousNode = walk("previousNode", "command.previousNode", "Shift+Tab", -1);
