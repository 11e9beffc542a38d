/** When to draw: at most some times a second, in an animation frame, and only what can be seen. */

export const REDRAW_INTERVAL_MS = 200;

/**
 * Until the next beat, which is the same for everything on the page that follows live events: what is drawn in one frame costs
 * the browser one layout and one paint, however many charts it is.
 */
export function untilBeat(intervalMs = REDRAW_INTERVAL_MS): number {
  return intervalMs - (performance.now() % intervalMs);
}

export interface Redraw {
  /** Something changed: draws soon, or when the element comes into view. */
  request(): void;
  stop(): void;
}

/** Draws `draw` for `element` when asked to, never more often than `intervalMs` and never out of sight. */
export function createRedraw(element: Element, draw: () => void, intervalMs = REDRAW_INTERVAL_MS): Redraw {
  let isInView = false;
  let isWanted = true;
  let hasDrawn = false;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const canSee = () => isInView && document.visibilityState === "visible";
  const plan = () => {
    if (!isWanted || !canSee() || frame !== 0 || timer !== undefined) return;
    if (!hasDrawn) return inNextFrame();
    timer = setTimeout(() => {
      timer = undefined;
      if (isWanted && canSee() && frame === 0) inNextFrame();
    }, untilBeat(intervalMs));
  };
  const inNextFrame = () => {
    frame = requestAnimationFrame(() => {
      frame = 0;
      if (!canSee()) return;
      isWanted = false;
      hasDrawn = true;
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
