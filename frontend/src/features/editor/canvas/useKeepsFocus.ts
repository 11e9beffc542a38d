import { type RefObject, useEffect, useRef } from "react";

/**
 * Where what had the focus on the canvas goes (an addition undone, a block opened), the canvas has it: keys go on meaning
 * there what they meant. What loses the focus by a person's doing is left alone. `drawn` changes with what is on the canvas.
 */
export function useKeepsFocus(root: RefObject<HTMLElement | null>, drawn: unknown): void {
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const element = root.current;
    const note = ({ target }: FocusEvent) => {
      last.current = target instanceof Element ? target : null;
    };
    element?.addEventListener("focusin", note);
    return () => element?.removeEventListener("focusin", note);
  }, [root]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked where something else is drawn
  useEffect(() => {
    // React Flow takes its nodes away in a rendering of its own, after this one.
    const frame = requestAnimationFrame(() => {
      const isGone = last.current !== null && !last.current.isConnected;
      if (isGone && document.activeElement === document.body) root.current?.focus({ preventScroll: true });
    });
    return () => cancelAnimationFrame(frame);
  }, [root, drawn]);
}
