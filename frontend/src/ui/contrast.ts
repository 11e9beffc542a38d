import { useSyncExternalStore } from "react";

/** The key under which a person's choice is kept; `public/theme.js` reads the same one. */
const KEY = "netwright-contrast";

/** Which contrast a person chose: what the system asks for, more, or the usual one. */
export type Contrast = "auto" | "more" | "usual";

const CONTRASTS: readonly Contrast[] = ["auto", "more", "usual"];

const wanted = window.matchMedia("(prefers-contrast: more)");
const listeners = new Set<() => void>();
let chosen = stored();
wanted.addEventListener("change", apply);

function stored(): Contrast {
  try {
    const kept = localStorage.getItem(KEY);
    return CONTRASTS.find((one) => one === kept) ?? "auto";
  } catch (error) {
    // Storage is forbidden in this browser: the system's choice holds.
    if (!(error instanceof DOMException)) throw error;
    return "auto";
  }
}

function hasMore(): boolean {
  return chosen === "more" || (chosen === "auto" && wanted.matches);
}

function apply(): void {
  document.documentElement.setAttribute("data-contrast", hasMore() ? "more" : "usual");
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function chooseContrast(contrast: Contrast): void {
  chosen = contrast;
  try {
    localStorage.setItem(KEY, contrast);
  } catch (error) {
    // It holds until the page is closed.
    if (!(error instanceof DOMException)) throw error;
  }
  apply();
}

/** What was chosen. */
export function useContrast(): Contrast {
  return useSyncExternalStore(subscribe, () => chosen);
}

/** Whether the page has more contrast now: what is drawn on a canvas takes its colours anew when this changes. */
export function useHasMoreContrast(): boolean {
  return useSyncExternalStore(subscribe, hasMore);
}
