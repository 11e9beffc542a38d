import { IconArrowBarToRight, IconBulb, IconBulbOff, IconRefresh } from "@tabler/icons-react";
import { freeOutput } from "@/document";
import { shownSuggestion } from "../canvasStore";
import { keepSuggesting } from "../preferences";
import { always, type Command, type CommandContext, hereOf, needsOneNode } from "./command";

/** Its keys are the canvas's own as soon as nothing is suggested: none of them keeps the keyboard here. */
const needsSuggestion = ({ state, canvas }: CommandContext) =>
  shownSuggestion(state, canvas.getState()) ? null : { key: "reason.nothingSuggested" };

export const takeSuggestion: Command = {
  id: "takeSuggestion",
  label: "command.takeSuggestion",
  group: "node",
  icon: IconArrowBarToRight,
  keys: ["Tab"],
  sharesKeysWith: "nextNode",
  scope: "canvas",
  passesKeyOn: true,
  guard: needsSuggestion,
  run: ({ state, canvas }) => {
    const suggestion = shownSuggestion(state, canvas.getState());
    const type = suggestion?.types[suggestion.at];
    // It is on its way: the next key takes it.
    if (!suggestion || type === undefined || !suggestion.place) return;
    const { from, place } = suggestion;
    const id = state.addNode(type, { position: [place.x, place.y], wire: { from, kind: "source" } });
    canvas.setState({ suggestion: null, taken: id, notice: { key: "notice.added", values: { id } } });
    canvas.getState().view?.reveal(id);
  },
};

export const otherSuggestion: Command = {
  id: "otherSuggestion",
  label: "command.otherSuggestion",
  group: "node",
  icon: IconRefresh,
  keys: ["Shift+Tab"],
  sharesKeysWith: "previousNode",
  scope: "canvas",
  passesKeyOn: true,
  guard: needsSuggestion,
  run: ({ canvas }) =>
    canvas.setState(({ suggestion }) =>
      suggestion && suggestion.types.length > 0
        ? { suggestion: { ...suggestion, at: (suggestion.at + 1) % suggestion.types.length } }
        : {},
    ),
};

export const hideSuggestion: Command = {
  id: "hideSuggestion",
  label: "command.hideSuggestion",
  group: "node",
  icon: IconBulbOff,
  keys: ["Escape"],
  sharesKeysWith: "deselect",
  scope: "canvas",
  passesKeyOn: true,
  guard: needsSuggestion,
  run: ({ canvas }) =>
    canvas.setState(({ suggestion }) => ({ suggestion: null, quietFor: suggestion?.from.node ?? null })),
};

/** For a node that was walked to, where Tab goes on, and for one whose suggestion was hidden. */
export const showSuggestion: Command = {
  id: "showSuggestion",
  label: "command.showSuggestion",
  group: "node",
  icon: IconBulb,
  keys: ["Y"],
  scope: "canvas",
  guard: (context) => {
    const reason = needsOneNode(context);
    if (reason) return reason;
    const { document, catalogue, selection } = context.state;
    const [id = ""] = selection.nodes;
    const level = { document, catalogue, block: hereOf(context.state).block };
    return freeOutput(id, level) ? null : { key: "reason.noFreeOutput", values: { id } };
  },
  run: ({ canvas }) => {
    canvas.setState({ quietFor: null, isSuggesting: true });
    keepSuggesting(true);
    canvas.getState().view?.focus();
  },
};

export const toggleSuggestions: Command = {
  id: "toggleSuggestions",
  label: "command.toggleSuggestions",
  group: "view",
  icon: IconBulb,
  keys: [],
  scope: "canvas",
  guard: always,
  run: ({ canvas }) => {
    const isSuggesting = !canvas.getState().isSuggesting;
    keepSuggesting(isSuggesting);
    canvas.setState({ isSuggesting, suggestion: null, quietFor: null });
  },
};
