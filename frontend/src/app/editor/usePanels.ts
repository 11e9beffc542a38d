import { useLocalStorage } from "@mantine/hooks";
import { useCallback } from "react";

/** The sizes of the editor's panels in pixels, and which side panels are open. Kept in this browser. */
export interface Panels {
  palette: number;
  inspector: number;
  drawer: number;
  isPaletteOpen: boolean;
  isInspectorOpen: boolean;
  /** Not among what an older page kept. */
  outline?: number;
  isOutlineOpen?: boolean;
}

export const PANEL_LIMITS = {
  palette: { min: 150, max: 360 },
  inspector: { min: 240, max: 560 },
  outline: { min: 180, max: 480 },
  drawer: { min: 100, max: 600 },
} as const;

/** Below this width the canvas would have no room beside two panels. */
const NARROW = 720;
const WIDE = 1200;

function initialPanels(): Panels {
  const isNarrow = window.innerWidth < NARROW;
  const isWide = window.innerWidth >= WIDE;
  return {
    palette: isWide ? 210 : 186,
    inspector: isWide ? 320 : 272,
    drawer: 220,
    isPaletteOpen: !isNarrow,
    isInspectorOpen: !isNarrow,
  };
}

/** Before the outline was given another width. */
export const OUTLINE_WIDTH = 240;

export function usePanels(): [Panels, (change: Partial<Panels>) => void] {
  const [panels, setPanels] = useLocalStorage<Panels>({
    key: "netwright-panels",
    defaultValue: initialPanels(),
    getInitialValueInEffect: false,
  });
  const change = useCallback((part: Partial<Panels>) => setPanels((old) => ({ ...old, ...part })), [setPanels]);
  return [panels, change];
}
