import { startTransition, useEffect, useState } from "react";
import { beginningOf, type PaletteGroup } from "./items";

/** More rows than a screen is high. */
const FIRST_ITEMS = 64;

/**
 * The groups to draw. A long list is drawn as far as the eye reaches with the page, and whole after the first frame: its rows
 * are more than half of the elements of the editor, and the drawing of a network would wait for them.
 */
export function useShownGroups(groups: PaletteGroup[], numItems: number): PaletteGroup[] {
  const [isWhole, setWhole] = useState(false);
  const waits = !isWhole && numItems > FIRST_ITEMS;
  useEffect(() => {
    if (!waits) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => startTransition(() => setWhole(true)));
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [waits]);
  return waits ? beginningOf(groups, FIRST_ITEMS) : groups;
}
