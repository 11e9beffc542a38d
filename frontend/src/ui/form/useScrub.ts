import type { MouseEvent, PointerEvent } from "react";

/** Pixels that make one step. */
const PER_STEP = 8;
/** A press that moves less than this is a click. */
const THRESHOLD = 4;

interface ScrubOptions {
  isOff: boolean;
  /** The value so many steps from where the drag began. */
  onScrub: (steps: number) => void;
  onEnd: () => void;
}

/** Dragging to the side over a number field that is not being written changes its number; a click writes as ever. */
export function useScrub({ isOff, onScrub, onEnd }: ScrubOptions) {
  const isFree = (input: HTMLInputElement) => !isOff && document.activeElement !== input;
  return {
    onMouseDown: (event: MouseEvent<HTMLInputElement>) => {
      // The field gets the keyboard when the press turns out to be a click.
      if (event.button === 0 && isFree(event.currentTarget)) event.preventDefault();
    },
    onPointerDown: (event: PointerEvent<HTMLInputElement>) => {
      const input = event.currentTarget;
      if (event.button !== 0 || event.pointerType !== "mouse" || !isFree(input)) return;
      const start = event.clientX;
      let isScrubbing = false;
      let steps = 0;
      function onMove({ clientX }: globalThis.PointerEvent): void {
        const by = clientX - start;
        isScrubbing ||= Math.abs(by) > THRESHOLD;
        const next = Math.round(by / PER_STEP);
        if (!isScrubbing || next === steps) return;
        steps = next;
        onScrub(steps);
      }
      function onUp(): void {
        window.removeEventListener("pointermove", onMove);
        window.removeEventListener("pointerup", onUp);
        window.removeEventListener("pointercancel", onUp);
        if (isScrubbing) onEnd();
        else input.focus();
      }
      window.addEventListener("pointermove", onMove);
      window.addEventListener("pointerup", onUp);
      window.addEventListener("pointercancel", onUp);
    },
  };
}
