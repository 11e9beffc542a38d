/** When to draw: at most some times a second, in an animation frame, and only what can be seen. */

export const BEAT_MS = 250;
/** A page that is hidden just before its frame gets none; what waits for the beat then comes so much later. */
const LATE_MS = 500;

const waiting = new Set<() => void>();
let isPlanned = false;

/**
 * Calls back once at the next beat, which is the same for everything on the page that follows live events: all of it in one
 * frame, so that it costs the browser one script task, one layout and one paint, however many charts it is. Returns a
 * function that takes it back.
 */
export function onBeat(callback: () => void): () => void {
  waiting.add(callback);
  plan();
  return () => waiting.delete(callback);
}

function plan(): void {
  if (isPlanned) return;
  isPlanned = true;
  setTimeout(inFrame, BEAT_MS - (performance.now() % BEAT_MS));
}

function inFrame(): void {
  if (document.visibilityState !== "visible") {
    beat();
    return;
  }
  const once = () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    beat();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, LATE_MS);
}

function beat(): void {
  isPlanned = false;
  try {
    for (const callback of [...waiting]) {
      // One that was called may have taken another back.
      if (waiting.delete(callback)) callback();
    }
  } finally {
    if (waiting.size > 0) plan();
  }
}

export interface Redraw {
  /** Something changed: draws soon, or when the element comes into view. */
  request(): void;
  stop(): void;
}

/**
 * Draws `draw` for `element` when asked to: at once until there was something to draw, which it returns, then at the beat, and
 * never out of sight.
 */
export function createRedraw(element: Element, draw: () => boolean): Redraw {
  let isInView = false;
  let isWanted = true;
  let cancel: (() => void) | null = null;
  let hasDrawn = false;

  const canSee = () => isInView && document.visibilityState === "visible";
  const plan = () => {
    if (!isWanted || !canSee() || cancel !== null) return;
    if (hasDrawn) {
      cancel = onBeat(drawNow);
    } else {
      const frame = requestAnimationFrame(drawNow);
      cancel = () => cancelAnimationFrame(frame);
    }
  };
  const drawNow = () => {
    cancel = null;
    if (!canSee()) return;
    isWanted = false;
    hasDrawn = draw() || hasDrawn;
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
      cancel?.();
    },
  };
}
