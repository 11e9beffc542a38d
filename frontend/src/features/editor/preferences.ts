import { keep, readKept } from "@/ui";

/** What a person has switched off on the canvas, kept in this browser. */
const SUGGESTIONS = "netwright-suggestions";

export function isSuggestingKept(): boolean {
  return readKept(SUGGESTIONS) !== "off";
}

export function keepSuggesting(isOn: boolean): void {
  keep(SUGGESTIONS, isOn ? null : "off");
}
