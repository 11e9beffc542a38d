import { useSyncExternalStore } from "react";
import { keep, readKept } from "./kept";

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
  const kept = readKept(KEY);
  return CONTRASTS.find((one) => one === kept) ?? "auto";
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
  keep(KEY, contrast);
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
