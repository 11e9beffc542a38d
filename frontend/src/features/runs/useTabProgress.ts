import { useEffect } from "react";
import type { RunState } from "@/api";
import { shareDone } from "./progress";
import { isFinal } from "./runWords";

const USUAL = "/favicon.svg";
const SIZE = 32;

/** What stands before the run's name in the tab's title; empty where nothing is to be told. */
export function titlePrefix(state: RunState, step: number, totalSteps: number | null): string {
  const share = shareDone(step, totalSteps);
  if (state === "completed") return "\u2713 ";
  if (state === "failed") return "\u2717 ";
  if (state === "paused") return "\u2016 ";
  return isFinal(state) || share === null || state === "queued" ? "" : `${Math.floor(share * 100)}% `;
}

/** An SVG picture of a ring that is filled to `share`, as the tab's icon. */
export function progressIcon(share: number, color: string): string {
  const radius = 12;
  const length = 2 * Math.PI * radius;
  const ring = `<circle cx="16" cy="16" r="${radius}" fill="none" stroke-width="6"`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}">${ring} stroke="#8884"/>${ring} stroke="${color}" stroke-dasharray="${(share * length).toFixed(1)} ${length.toFixed(1)}" transform="rotate(-90 16 16)"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

const COLORS: Partial<Record<RunState, string>> = {
  running: "#3b6fe0",
  starting: "#3b6fe0",
  paused: "#b7791f",
  completed: "#2f9e5f",
  failed: "#d64545",
};

/** Draws how far the run is into the tab's icon, and puts the usual one back. */
export function useTabIcon(state: RunState | undefined, step: number, totalSteps: number | null): void {
  const share = state === "completed" ? 1 : (shareDone(step, totalSteps) ?? 0);
  const shown = Math.floor(share * 50) / 50;
  useEffect(() => {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const color = state === undefined ? undefined : COLORS[state];
    if (link === null || color === undefined) return;
    link.href = progressIcon(state === "failed" ? 1 : shown, color);
    return () => {
      link.href = USUAL;
    };
  }, [state, shown]);
}
