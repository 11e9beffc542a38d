import {
  IconArrowUpLeft,
  IconEyeOff,
  IconPlugConnected,
  IconPlugConnectedX,
  IconPlus,
  IconScissors,
  IconSquareArrowRight,
  IconSquarePlus,
} from "@tabler/icons-react";
import { blockNameOf, blockOf, canBeMuted, type Node } from "@/document";
import { type Command, type CommandContext, hereOf, needsCanvas, needsOneNode, needsSelection } from "./command";

function selectedNodes({ state }: CommandContext): Node[] {
  const chosen = new Set(state.selection.nodes);
  return hereOf(state).block.nodes.filter((node) => chosen.has(node.id));
}

export const addNode: Command = {
  id: "addNode",
  label: "command.addNode",
  group: "node",
  icon: IconPlus,
  keys: ["/"],
  scope: "page",
  guard: ({ canvas }) => (canvas.getState().focusPalette ? null : { key: "reason.noPalette" }),
  run: ({ canvas }) => canvas.getState().focusPalette?.(),
};

/** Opens the search at the pointer: what is found is put there, into the wire that lies there if one does. */
export const addHere: Command = {
  id: "addHere",
  label: "command.addHere",
  group: "node",
  icon: IconSquarePlus,
  keys: ["Shift+A"],
  scope: "canvas",
  guard: needsCanvas,
  run: ({ canvas }) => {
    const { view, dialog } = canvas.getState();
    if (!view) return;
    const client = dialog?.kind === "menu" ? { x: dialog.x, y: dialog.y } : view.pointer();
    canvas.setState({ dialog: { kind: "add", client, wire: null, into: view.edgeAt(client) } });
  },
};

export const detach: Command = {
  id: "detach",
  label: "command.detach",
  group: "node",
  icon: IconPlugConnectedX,
  keys: ["Shift+X"],
  scope: "canvas",
  guard: (context) => {
    const reason = needsSelection(context);
    if (reason) return reason;
    const out = new Set(context.state.selection.nodes);
    const hasWires = hereOf(context.state).block.edges.some(
      ({ source, target }) => out.has(source) !== out.has(target),
    );
    return hasWires ? null : { key: "reason.noWires" };
  },
  run: ({ state }) => state.detachSelection(),
};

/** The next drag over the canvas cuts what it crosses; once more puts the knife away. */
export const cutWires: Command = {
  id: "cutWires",
  label: "command.cutWires",
  group: "node",
  icon: IconScissors,
  keys: ["K"],
  scope: "canvas",
  guard: ({ state }) => (hereOf(state).block.edges.length > 0 ? null : { key: "reason.noWires" }),
  run: ({ canvas }) => {
    const isKnifeOut = !canvas.getState().isKnifeOut;
    canvas.setState({ isKnifeOut, notice: isKnifeOut ? { key: "notice.knife" } : null });
  },
};

export const connect: Command = {
  id: "connect",
  label: "command.connect",
  group: "node",
  icon: IconPlugConnected,
  keys: ["C"],
  scope: "canvas",
  guard: needsOneNode,
  run: ({ state, canvas }) => {
    const [node] = state.selection.nodes;
    if (node !== undefined) canvas.setState({ dialog: { kind: "connect", node } });
  },
};

export const mute: Command = {
  id: "mute",
  label: "command.mute",
  group: "node",
  icon: IconEyeOff,
  keys: ["M"],
  scope: "canvas",
  guard: (context) => {
    const reason = needsSelection(context);
    if (reason) return reason;
    const { document, catalogue } = context.state;
    const level = { document, catalogue, block: hereOf(context.state).block };
    const stuck = selectedNodes(context).find((node) => !node.muted && !canBeMuted(node, level));
    if (!stuck) return null;
    return { key: "reason.cannotBeMuted", values: { id: stuck.id, type: blockNameOf(stuck.type) ?? stuck.type } };
  },
  run: (context) => {
    const nodes = selectedNodes(context);
    const muted = nodes.some((node) => !node.muted);
    const block = hereOf(context.state).blockName;
    context.state.applyEdits(
      nodes.map((node) => ({ op: "set_node" as const, block, id: node.id, muted })),
      { label: { key: muted ? "history.mute" : "history.unmute", values: { count: nodes.length } } },
    );
  },
};

export const openBlock: Command = {
  id: "openBlock",
  label: "command.openBlock",
  group: "node",
  icon: IconSquareArrowRight,
  keys: ["Enter"],
  scope: "canvas",
  guard: (context) => {
    const reason = needsOneNode(context);
    if (reason) return reason;
    const [node] = selectedNodes(context);
    const name = node ? blockNameOf(node.type) : null;
    if (name === null) return { key: "reason.notABlock" };
    return blockOf(context.state.document, name) ? null : { key: "reason.noSuchBlock", values: { name } };
  },
  run: ({ state }) => {
    const [id] = state.selection.nodes;
    if (id !== undefined) state.openNode(id);
  },
};

export const leaveBlock: Command = {
  id: "leaveBlock",
  label: "command.leaveBlock",
  group: "node",
  icon: IconArrowUpLeft,
  keys: ["Shift+Enter"],
  scope: "canvas",
  guard: ({ state }) => (state.level.length > 0 ? null : { key: "reason.atTheTop" }),
  run: ({ state, canvas }) => {
    const opened = state.level.at(-1);
    state.openLevel(state.level.slice(0, -1));
    if (opened === undefined) return;
    state.select({ nodes: [opened] });
    canvas.getState().view?.reveal(opened);
  },
};
