import { Modal } from "@mantine/core";
import { type ReactNode, useMemo, useState } from "react";
import { useStore } from "zustand";
import { createRecent, fuzzyScore, Picker, type PickerItem } from "@/ui";
import { keysOf } from "../commands/bindings";
import { keyForPeople } from "../commands/keys";
import { commands } from "../commands/registry";
import { useEditorContext } from "../context";
import { say, useEditorWords } from "../labels";
import classes from "./Canvas.module.css";

/** A place of the page that the palette can go to as well. */
export interface Destination {
  id: string;
  name: string;
  icon?: ReactNode;
  go: () => void;
}

interface Choice extends PickerItem {
  run: () => void;
}

const recent = createRecent("netwright-recent-commands", 5);

/** Everything that can be done, found by typing: the same commands as in menus and on keys, and the places of the page. */
export function CommandPalette({ destinations }: { destinations: readonly Destination[] }) {
  const { canvas } = useEditorContext();
  const isOpen = useStore(canvas, (state) => state.dialog?.kind === "commands");
  return isOpen ? <Search destinations={destinations} /> : null;
}

function Search({ destinations }: { destinations: readonly Destination[] }) {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const [query, setQuery] = useState("");
  const [all] = useState(allChoices);
  const choices = useMemo(() => rank(all, query), [all, query]);

  function allChoices(): Choice[] {
    const context = { state: store.getState(), store, canvas };
    const fromCommands = commands
      .filter(({ isHidden, id }) => !isHidden && id !== "showCommands")
      .map((command): Choice => {
        const [key] = keysOf(command);
        const reason = command.guard(context);
        const Icon = command.icon;
        return {
          id: command.id,
          name: t(command.label),
          icon: Icon ? <Icon size={16} aria-hidden /> : <span className={classes.noIcon} />,
          reason: reason && say(t, reason),
          detail: reason ? say(t, reason) : key && <kbd className={classes.keys}>{keyForPeople(key)}</kbd>,
          run: () => {
            const now = { state: store.getState(), store, canvas };
            if (!command.guard(now)) void command.run(now);
          },
        };
      });
    const places = destinations.map(({ id, name, icon, go }): Choice => {
      return { id, name, icon: icon ?? <span className={classes.noIcon} />, detail: t("commands.goTo"), run: go };
    });
    return [...fromCommands, ...places];
  }

  function close(): void {
    canvas.setState({ dialog: null });
    canvas.getState().view?.focus();
  }

  return (
    <Modal opened onClose={close} title={t("command.showCommands")} returnFocus={false} yOffset="12vh">
      <Picker
        label={t("commands.search")}
        placeholder={t("commands.search")}
        query={query}
        onQuery={setQuery}
        items={choices}
        onPick={(choice) => {
          recent.note(choice.id);
          close();
          choice.run();
        }}
        onClose={close}
        nothing={t("commands.none", { query })}
        testId="command-palette"
      />
    </Modal>
  );
}

/** What was used last comes first where nothing is asked; else the best match. */
function rank(all: readonly Choice[], query: string): Choice[] {
  if (query.trim() === "") {
    const used = recent.list();
    const at = ({ id }: Choice) => (used.includes(id) ? used.indexOf(id) : used.length);
    return [...all].sort((a, b) => at(a) - at(b));
  }
  const scored = all.flatMap((choice) => {
    const score = fuzzyScore(query, choice.name);
    return score === null ? [] : [{ choice, score: choice.reason ? score - 500 : score }];
  });
  return scored.sort((a, b) => b.score - a.score).map(({ choice }) => choice);
}
