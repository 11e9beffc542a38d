import { describe, expect, it } from "vitest";
import words from "../../../locales/en/editor.json";
import { addKey, commandByKey, conflictOf, keysOf, removeKey, resetAllKeys, resetKeys } from "./bindings";
import { keyOfEvent, keyOfText } from "./keys";
import { commandById, commands } from "./registry";

describe("the registry of commands", () => {
  it("has no two commands on one key, but where the first steps back for the other", () => {
    const own = commands.filter(({ sharesKeysWith }) => sharesKeysWith === undefined);
    const keys = own.flatMap((command) => command.keys.map(keyOfText));
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
    for (const command of commands.filter(({ sharesKeysWith }) => sharesKeysWith !== undefined)) {
      const other = commandById(command.sharesKeysWith ?? "");
      expect([command.keys, command.passesKeyOn]).toEqual([other.keys, true]);
      expect(commands.indexOf(command)).toBeLessThan(commands.indexOf(other));
      expect(commandByKey(keyOfText(command.keys[0] ?? ""))).toBe(other);
    }
  });

  it("lets two that share a key keep it, and asks where a third has it", () => {
    const take = commandById("takeSuggestion");
    expect(conflictOf(take, "Tab")).toBeNull();
    removeKey(take, "Tab");
    addKey(take, "Tab");
    expect(keysOf(commandById("nextNode"))).toEqual(["Tab"]);
    expect(conflictOf(commandById("tidy"), "Tab")?.kind).toBe("held");
    resetAllKeys();
  });

  it("has no two commands of one id", () => {
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
  });

  it("has a word for every command", () => {
    const missing = commands.filter(({ label }) => !(label.replace("command.", "") in words.command));
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  it("lets keys be changed, says what has a key already, and gives them back", () => {
    const [tidy, fit] = [commandById("tidy"), commandById("fit")];
    expect(conflictOf(tidy, "F")).toEqual({ kind: "held", by: fit });
    expect(conflictOf(tidy, "Mod+S")).toEqual({ kind: "reserved" });
    expect(conflictOf(tidy, "Alt+T")).toBeNull();
    addKey(tidy, "F");
    expect(commandByKey("F")).toBe(tidy);
    expect(commandByKey("T")).toBe(tidy);
    expect(keysOf(fit)).toEqual([]);
    removeKey(tidy, "T");
    expect(commandByKey("T")).toBeUndefined();
    expect(JSON.parse(localStorage.getItem("netwright-keys") ?? "")).toEqual({ tidy: ["F"], fit: [] });
    // Its own key is another's now: it stays there.
    resetKeys(fit);
    expect(commandByKey("F")).toBe(tidy);
    resetAllKeys();
    expect([commandByKey("F"), commandByKey("T")]).toEqual([fit, tidy]);
  });

  it("names what exists where an id is unknown", () => {
    expect(() => commandById("nothing")).toThrow(/undo/);
  });
});

describe("keys", () => {
  const press = (key: string, held: Partial<Record<"ctrlKey" | "metaKey" | "shiftKey" | "altKey", boolean>> = {}) =>
    keyOfEvent({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...held });

  it.each([
    ["Mod+Z", press("z", { ctrlKey: true })],
    ["Mod+Z", press("z", { metaKey: true })],
    ["Mod+Shift+Z", press("Z", { ctrlKey: true, shiftKey: true })],
    ["?", press("?", { shiftKey: true })],
    ["+", press("+", { shiftKey: true })],
    ["Shift+Tab", press("Tab", { shiftKey: true })],
    ["C", press("c")],
  ])("%s is what the keyboard sends", (text, pressed) => {
    expect(keyOfText(text)).toBe(pressed);
  });
});
