import { keep, readKept } from "@/ui";

/** What a person has switched off on the canvas, and what was copied there last, kept in this browser. */
const SUGGESTIONS = "netwright-suggestions";
const COPIED = "netwright-copied";

export function isSuggestingKept(): boolean {
  return readKept(SUGGESTIONS) !== "off";
}

export function keepSuggesting(isOn: boolean): void {
  keep(SUGGESTIONS, isOn ? null : "off");
}

/** What was copied last, in this network or another: for a page that may not read the system's clipboard. */
export function copiedText(): string | null {
  return readKept(COPIED);
}

export function keepCopied(text: string): void {
  // Where it is too long to be kept, an older copy must not come in its place.
  keep(COPIED, null);
  keep(COPIED, text);
}
