/** Keys as text: `Mod+Shift+Z` in commands, one spelling for comparing, `Ctrl+Shift+Z` for people. */

const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);

interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

/** Letters are written large. A sign that needs Shift on some keyboards (`?`, `+`) is the sign, whatever was held. */
function spell(key: string, mod: boolean, shift: boolean, alt: boolean): string {
  const isSign = key.length === 1 && key.toLowerCase() === key.toUpperCase();
  const name = key.length === 1 ? key.toUpperCase() : key;
  return [mod && "Mod", alt && "Alt", shift && !isSign && "Shift", name].filter(Boolean).join("+");
}

export function keyOfEvent(event: KeyPress): string {
  return spell(event.key, event.ctrlKey || event.metaKey, event.shiftKey, event.altKey);
}

/** The comparable spelling of a command's key. */
export function keyOfText(text: string): string {
  const parts = text.split(/\+(?=.)/);
  const key = parts.at(-1) ?? "";
  return spell(key, parts.includes("Mod"), parts.includes("Shift"), parts.includes("Alt"));
}

const SIGNS: { [key: string]: string } = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
  " ": "Space",
};

/** How a key is written for a person on this machine. */
export function keyForPeople(text: string): string {
  return text
    .split(/\+(?=.)/)
    .map((part) => (part === "Mod" ? (isMac ? "⌘" : "Ctrl") : (SIGNS[part] ?? part)))
    .join(isMac ? "" : "+");
}
