import { type RefObject, useEffect } from "react";
import { commandsByKey, keysOf } from "../commands/bindings";
import { copySelection, cutSelection, pasteText } from "../commands/clipboard";
import type { Command, CommandContext } from "../commands/command";
import { keyOfEvent, keyOfText } from "../commands/keys";
import { commandById } from "../commands/registry";
import { useEditorContext } from "../context";

const TYPING = "input, textarea, select, [contenteditable=true], [role=textbox], [role=combobox]";
const OVERLAYS = "[role=dialog], [role=menu]";

/** Carries keys and clipboard events to the commands. */
export function useKeyboard(root: RefObject<HTMLDivElement | null>): void {
  const { store, canvas } = useEditorContext();
  useEffect(() => {
    const context = (): CommandContext => ({ state: store.getState(), store, canvas });
    const hasKeyboard = () => isOnCanvas(root.current);

    function onKeyDown(event: KeyboardEvent): void {
      if (event.defaultPrevented || event.isComposing) return;
      for (const command of commandsByKey(keyOfEvent(event))) {
        if (isBrowsersOwn(command, event) || !isMeant(command, hasKeyboard())) continue;
        const reason = command.guard(context());
        if (reason && command.passesKeyOn) continue;
        event.preventDefault();
        if (reason) canvas.setState({ notice: reason });
        else void command.run(context());
        return;
      }
    }

    function onCopy(event: ClipboardEvent): void {
      if (!hasKeyboard() || hasTextSelected() || !keepsItsKey(event.type)) return;
      const text = event.type === "cut" ? cutSelection(context()) : copySelection(context());
      if (text === null) return;
      event.clipboardData?.setData("text/plain", text);
      event.preventDefault();
    }

    function onPaste(event: ClipboardEvent): void {
      if (!hasKeyboard() || !keepsItsKey("paste")) return;
      event.preventDefault();
      pasteText(context(), event.clipboardData?.getData("text/plain") ?? "");
    }

    window.addEventListener("keydown", onKeyDown);
    window.addEventListener("copy", onCopy);
    window.addEventListener("cut", onCopy);
    window.addEventListener("paste", onPaste);
    return () => {
      window.removeEventListener("keydown", onKeyDown);
      window.removeEventListener("copy", onCopy);
      window.removeEventListener("cut", onCopy);
      window.removeEventListener("paste", onPaste);
    };
  }, [store, canvas, root]);
}

/** Whether the browser will say itself that something is to be copied or pasted, with what the clipboard holds. */
function isBrowsersOwn({ isClipboardEvent, keys }: Command, event: KeyboardEvent): boolean {
  return isClipboardEvent === true && keys.some((key) => keyOfText(key) === keyOfEvent(event));
}

/** Whether a person left `copy`, `cut` or `paste` on the key that the browser knows it by. */
function keepsItsKey(id: string): boolean {
  const command = commandById(id);
  return command.keys.some((key) => keysOf(command).includes(key));
}

function isMeant(command: Command, isCanvas: boolean): boolean {
  if (command.scope === "canvas") return isCanvas;
  const active = document.activeElement;
  if (active?.closest(OVERLAYS)) return false;
  return command.scope === "everywhere" || !active?.closest(TYPING);
}

/** The canvas has the keyboard when it, a node of it, or nothing at all is focused. */
function isOnCanvas(root: HTMLElement | null): boolean {
  const active = document.activeElement;
  if (!root || !active) return false;
  if (active === document.body) return document.querySelector(OVERLAYS) === null;
  return active === root || (root.contains(active) && active.closest(".react-flow__node") !== null);
}

function hasTextSelected(): boolean {
  return (document.getSelection()?.toString() ?? "") !== "";
}
