import { type RefObject, useEffect, useRef } from "react";

/**
 * Where what had the focus on the canvas goes (an addition undone, a block opened), the canvas has it: keys go on meaning
 * there what they meant. What loses the focus by a person's doing is left alone. `drawn` changes with what is on the canvas.
 */
export function useKeepsFocus(root: RefObject<HTMLElement | null>, drawn: unknown): void {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    // Of the whole page: once something beside the canvas has had the focus, the canvas has nothing to keep.
    const note = ({ target }: FocusEvent) => {
      last.current = target instanceof Element && root.current?.contains(target) ? target : null;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, [root]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked where something else is drawn
  useEffect(() => {
    if (last.current === null) return;
    // React Flow takes its nodes away in a rendering of its own, after this one.
    const frame = requestAnimationFrame(() => {
      const isGone = last.current !== null && !last.current.isConnected;
      if (isGone && document.activeElement === document.body) root.current?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [root, drawn]);
}
