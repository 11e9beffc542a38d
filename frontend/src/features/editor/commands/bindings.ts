/** Which keys run which command: the commands' own, and what a person has changed, kept in this browser. */
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { keep, readKeptJson } from "@/ui";
import type { Command } from "./command";
import { keyOfText } from "./keys";
import { commands } from "./registry";

const STORED = "netwright-keys";

/** By command's id; a command that is absent has its own keys. */
type Changed = Readonly<Record<string, readonly string[]>>;

/** Keys of the page itself: no command can have them. */
const RESERVED: ReadonlySet<string> = new Set(["Mod+S"].map(keyOfText));

const bindings = createStore<{ changed: Changed }>()(() => ({ changed: readStored() }));

function readStored(): Changed {
  const stored = readKeptJson(STORED);
  if (typeof stored !== "object" || stored === null) return {};
  const entries = Object.entries(stored).filter(
    ([, keys]) => Array.isArray(keys) && keys.every((key) => typeof key === "string"),
  );
  return Object.fromEntries(entries);
}

function store(changed: Changed): void {
  bindings.setState({ changed });
  keep(STORED, JSON.stringify(changed));
}

const keysIn = (changed: Changed, { id, keys }: Command): readonly string[] => changed[id] ?? keys;

export function keysOf(command: Command): readonly string[] {
  return keysIn(bindings.getState().changed, command);
}

/** The keys of a command, followed. */
export function useKeysOf(command: Command): readonly string[] {
  return useStore(bindings, ({ changed }) => keysIn(changed, command));
}

/** Whether a person has changed a command's keys. */
export function useIsChanged({ id }: Command): boolean {
  return useStore(bindings, ({ changed }) => changed[id] !== undefined);
}

export function useIsAnyChanged(): boolean {
  return useStore(bindings, ({ changed }) => Object.keys(changed).length > 0);
}

/** The commands on a key, in the spelling of `keyOfEvent`: the first of them that can be done has it. */
export function commandsByKey(key: string): Command[] {
  return commands.filter((command) => keysOf(command).some((text) => keyOfText(text) === key));
}

/** The command that has a key in the end. */
export function commandByKey(key: string): Command | undefined {
  return commandsByKey(key).at(-1);
}

const isPair = (a: Command, b: Command) => a.sharesKeysWith === b.id || b.sharesKeysWith === a.id;

/** Why `command` cannot simply have `key`: the page needs it, or another command has it; null where nothing is against it. */
export function conflictOf(command: Command, key: string): { kind: "reserved" } | { kind: "held"; by: Command } | null {
  if (RESERVED.has(keyOfText(key))) return { kind: "reserved" };
  const by = commandsByKey(keyOfText(key)).find((other) => other !== command && !isPair(other, command));
  return by ? { kind: "held", by } : null;
}

/** Gives `command` one more key; another command that has it loses it. */
export function addKey(command: Command, key: string): void {
  const { changed } = bindings.getState();
  const conflict = conflictOf(command, key);
  if (conflict?.kind === "reserved") return;
  const taken = conflict ? { [conflict.by.id]: without(keysOf(conflict.by), key) } : {};
  store({ ...changed, ...taken, [command.id]: [...without(keysOf(command), key), key] });
}

export function removeKey(command: Command, key: string): void {
  store({ ...bindings.getState().changed, [command.id]: without(keysOf(command), key) });
}

function without(keys: readonly string[], key: string): string[] {
  return keys.filter((other) => keyOfText(other) !== keyOfText(key));
}

/** Gives a command its own keys back; those that another has meanwhile stay there. */
export function resetKeys(command: Command): void {
  const { [command.id]: _gone, ...changed } = bindings.getState().changed;
  const isFree = (key: string) =>
    !commands.some((other) => {
      return (
        other !== command &&
        !isPair(other, command) &&
        keysIn(changed, other).some((held) => keyOfText(held) === keyOfText(key))
      );
    });
  const free = command.keys.filter(isFree);
  store(free.length === command.keys.length ? changed : { ...changed, [command.id]: free });
}

export function resetAllKeys(): void {
  store({});
}
