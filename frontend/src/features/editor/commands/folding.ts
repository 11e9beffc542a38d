import { IconFold, IconFoldDown } from "@tabler/icons-react";
import { branchFrom, type Folded, foldWith } from "@/document";
import { type Command, type CommandContext, foldsHere, hereOf, needsSelection } from "./command";

/** What is folded: what is selected, or the branch that begins with the one selected node. */
function toFold({ state }: CommandContext): readonly string[] {
  const { nodes } = state.selection;
  const [only, ...others] = nodes;
  return only !== undefined && others.length === 0 ? branchFrom(hereOf(state).block, only) : nodes;
}

/** The folds that are among what is selected. */
function selectedFolds({ state }: CommandContext): readonly Folded[] {
  const folds = foldsHere(state);
  return [...new Set(state.selection.nodes.flatMap((id) => foldWith(folds, id) ?? []))];
}

export const fold: Command = {
  id: "fold",
  label: "command.fold",
  group: "view",
  icon: IconFold,
  keys: ["B"],
  scope: "canvas",
  guard: (context) => {
    const reason = needsSelection(context);
    if (reason) return reason;
    const nodes = toFold(context);
    if (nodes.length < 2) return { key: "reason.noBranch", values: { id: nodes[0] ?? "" } };
    const [first, ...others] = selectedFolds(context);
    const isFolded = first !== undefined && others.length === 0 && nodes.every((id) => first.nodes.includes(id));
    return isFolded ? { key: "reason.folded" } : null;
  },
  run: (context) => {
    const nodes = toFold(context);
    context.state.foldNodes(nodes);
    const [first] = nodes;
    if (first !== undefined) context.canvas.getState().view?.reveal(first);
  },
};

export const openFold: Command = {
  id: "openFold",
  label: "command.openFold",
  group: "view",
  icon: IconFoldDown,
  keys: ["Shift+B"],
  scope: "canvas",
  guard: (context) => (selectedFolds(context).length > 0 ? null : { key: "reason.noFold" }),
  run: (context) => {
    const folds = selectedFolds(context);
    for (const { id } of folds) context.state.openFold(id);
    context.state.select({ nodes: folds.flatMap(({ nodes }) => nodes) });
    const first = folds[0]?.nodes[0];
    if (first !== undefined) context.canvas.getState().view?.reveal(first);
  },
};
