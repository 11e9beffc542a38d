import { IconBox, IconBoxMultiple, IconPackage, IconPackageExport, IconPackages } from "@tabler/icons-react";
import {
  blockNameOf,
  blockOf,
  type Document,
  groupProblem,
  isRefused,
  makeUniqueEdits,
  planUnpack,
  usesOf,
} from "@/document";
import { always, type Command, type CommandContext, hereOf, needsOneNode, needsSelection } from "./command";

function levelOf({ state }: CommandContext) {
  const { block, blockName } = hereOf(state);
  return { level: { document: state.document, block, catalogue: state.catalogue }, blockName };
}

/** The block that the one selected node uses, or why there is none. */
function selectedBlock(context: CommandContext) {
  const reason = needsOneNode(context);
  if (reason) return { reason };
  const [id = ""] = context.state.selection.nodes;
  const node = hereOf(context.state).block.nodes.find((candidate) => candidate.id === id);
  const name = node ? blockNameOf(node.type) : null;
  if (name === null) return { reason: { key: "reason.noBlockSelected" } };
  if (!blockOf(context.state.document, name)) return { reason: { key: "reason.noSuchBlock", values: { name } } };
  return { id, name, reason: null };
}

let lastPlan: { document: Document; blockName: string; id: string; plan: ReturnType<typeof planUnpack> } | null = null;

/** The plan for a node, made once for a state of the document: buttons ask whether it can be done at every change. */
function unpackPlan(context: CommandContext, id: string): ReturnType<typeof planUnpack> {
  const { level, blockName } = levelOf(context);
  const { document } = level;
  if (lastPlan?.document !== document || lastPlan.blockName !== blockName || lastPlan.id !== id) {
    lastPlan = { document, blockName, id, plan: planUnpack(level, blockName, id) };
  }
  return lastPlan.plan;
}

/** Asks for the block's name; the dialog makes it. */
export const group: Command = {
  id: "group",
  label: "command.group",
  group: "block",
  icon: IconBox,
  keys: ["Mod+G"],
  scope: "canvas",
  guard: (context) => {
    const { level } = levelOf(context);
    return needsSelection(context) ?? groupProblem(level, context.state.selection.nodes);
  },
  run: ({ state, canvas }) => canvas.setState({ dialog: { kind: "group", nodes: state.selection.nodes } }),
};

/** At once where the block stands there once; what repeats is asked for first. */
export const unpack: Command = {
  id: "unpack",
  label: "command.unpack",
  group: "block",
  icon: IconPackageExport,
  keys: ["Mod+Shift+G"],
  scope: "canvas",
  guard: (context) => {
    const { id, reason } = selectedBlock(context);
    if (reason || id === undefined) return reason;
    const plan = unpackPlan(context, id);
    return isRefused(plan) ? plan : null;
  },
  run: (context) => {
    const { id } = selectedBlock(context);
    if (id === undefined) return;
    const plan = unpackPlan(context, id);
    if (isRefused(plan)) return;
    if (plan.copies > 1) {
      context.canvas.setState({ dialog: { kind: "unpack", node: id, copies: plan.copies, nodes: plan.ids.length } });
      return;
    }
    unpackNode(context, id);
  },
};

/** Puts the inside of a node in its place, as one step. */
export function unpackNode(context: CommandContext, id: string): void {
  const plan = unpackPlan(context, id);
  if (isRefused(plan)) return;
  context.state.applyEdits(plan.edits, {
    label: { key: "history.unpack", values: { id } },
    select: { nodes: plan.ids, edges: [] },
  });
  const [first] = plan.ids;
  if (first !== undefined) context.canvas.getState().view?.reveal(first);
}

export const makeUnique: Command = {
  id: "makeUnique",
  label: "command.makeUnique",
  group: "block",
  icon: IconBoxMultiple,
  keys: [],
  scope: "canvas",
  guard: (context) => {
    const { name, reason } = selectedBlock(context);
    if (reason || name === undefined) return reason;
    if (usesOf(context.state.document, name).length > 1) return null;
    return { key: "reason.usedOnce", values: { name } };
  },
  run: (context) => {
    const { id } = selectedBlock(context);
    if (id === undefined) return;
    const { blockName } = levelOf(context);
    const { edits, name } = makeUniqueEdits(context.state.document, blockName, id);
    context.state.applyEdits(edits, { label: { key: "history.makeUnique", values: { id, name } } });
    context.canvas.setState({ notice: { key: "notice.madeUnique", values: { id, name } } });
  },
};

export const openLibrary: Command = {
  id: "openLibrary",
  label: "command.openLibrary",
  group: "block",
  icon: IconPackages,
  keys: [],
  scope: "page",
  guard: always,
  run: ({ canvas }) => canvas.setState({ dialog: { kind: "library" } }),
};

/** The block of the selected node, else the one that is open. */
export const saveBlock: Command = {
  id: "saveBlock",
  label: "command.saveBlock",
  group: "block",
  icon: IconPackage,
  keys: ["Mod+Shift+L"],
  scope: "canvas",
  guard: (context) => {
    if (context.state.selection.nodes.length > 0) return selectedBlock(context).reason;
    return context.state.level.length > 0 ? null : { key: "reason.noBlockSelected" };
  },
  run: (context) => {
    const selected = context.state.selection.nodes.length > 0 ? selectedBlock(context).name : undefined;
    const block = selected ?? hereOf(context.state).blockName;
    context.canvas.setState({ dialog: { kind: "saveBlock", block } });
  },
};
