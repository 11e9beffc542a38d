/** When to draw: at most some times a second, in an animation frame, and only what can be seen. */

export const REDRAW_INTERVAL_MS = 125;

export interface Redraw {
  /** Something changed: draws soon, or when the element comes into view. */
  request(): void;
  stop(): void;
}

/** Draws `draw` for `element` when asked to, never more often than `intervalMs` and never out of sight. */
export function createRedraw(element: Element, draw: () => void, intervalMs = REDRAW_INTERVAL_MS): Redraw {
  let isInView = false;
  let isWanted = true;
  let lastDraw = Number.NEGATIVE_INFINITY;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const canSee = () => isInView && document.visibilityState === "visible";
  const plan = () => {
    if (!isWanted || !canSee() || frame !== 0 || timer !== undefined) return;
    const wait = lastDraw + intervalMs - performance.now();
    if (wait > 0) {
      timer = setTimeout(() => {
        timer = undefined;
        plan();
      }, wait);
      return;
    }
    frame = requestAnimationFrame(() => {
      frame = 0;
      if (!canSee()) return;
      isWanted = false;
      lastDraw = performance.now();
      draw();
    });
  };
  const observer = new IntersectionObserver((entries) => {
    isInView = entries.at(-1)?.isIntersecting ?? false;
    plan();
  });
  observer.observe(element);
  document.addEventListener("visibilitychange", plan);
  return {
    request: () => {
      isWanted = true;
      plan();
    },
    stop: () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", plan);
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    },
  };
}
