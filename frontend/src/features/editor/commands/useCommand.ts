import { useCallback } from "react";
import { useStore } from "zustand";
import { useEditorContext } from "../context";
import { say, useEditorWords } from "../labels";
import { useKeysOf } from "./bindings";
import { keyForPeople } from "./keys";
import { commandById } from "./registry";

/** A command as a button needs it. */
export interface BoundCommand {
  label: string;
  /** The keys as a person reads them; undefined where there are none. */
  keys: string | undefined;
  icon: ReturnType<typeof commandById>["icon"];
  /** Why it cannot be done now, or null. */
  reason: string | null;
  run: () => void;
}

/** Binds a command by its id. The component renders again when the reason changes, not at every edit. */
export function useCommand(id: string): BoundCommand {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const command = commandById(id);
  const reasonNow = () => {
    const reason = command.guard({ state: store.getState(), store, canvas });
    return reason ? say(t, reason) : null;
  };
  const reason = useStore(store, reasonNow);
  useStore(canvas, reasonNow);
  const run = useCallback(() => {
    const context = { state: store.getState(), store, canvas };
    if (!command.guard(context)) void command.run(context);
  }, [store, canvas, command]);
  const [key] = useKeysOf(command);
  return { label: t(command.label), keys: key && keyForPeople(key), icon: command.icon, reason, run };
}
