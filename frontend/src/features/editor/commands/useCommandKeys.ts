import { useCallback } from "react";
import { useEditorContext } from "../context";
import { commandsByKey } from "./bindings";
import { keyOfEvent } from "./keys";

type KeyPress = Parameters<typeof keyOfEvent>[0];

/**
 * For a part beside the canvas that takes some of the canvas's keys: runs the command of `ids` that has the key, or says why it
 * cannot be done. Gives whether the key was one of theirs.
 */
export function useCommandKeys(ids: readonly string[]): (event: KeyPress) => boolean {
  const { store, canvas } = useEditorContext();
  return useCallback(
    (event) => {
      const command = commandsByKey(keyOfEvent(event)).find(({ id }) => ids.includes(id));
      if (!command) return false;
      const context = { state: store.getState(), store, canvas };
      const reason = command.guard(context);
      if (reason) canvas.setState({ notice: reason });
      else void command.run(context);
      return true;
    },
    [store, canvas, ids],
  );
}
