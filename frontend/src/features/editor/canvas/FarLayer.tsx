import { useStoreApi, ViewportPortal } from "@xyflow/react";
import { memo, useEffect, useMemo, useRef } from "react";
import { useStore } from "zustand";
import type { Edge, Rect } from "@/document";
import { useEditorContext } from "../context";
import classes from "./Canvas.module.css";
import { drawFar, type FarPicture, type Paint } from "./farPicture";
import type { Drawn } from "./useFarWires";
import { SETTLED_MS, STRETCH } from "./viewport";

/** The bitmap reaches so far beyond what is in view, as a part of it: moving the view about draws nothing anew. */
const MARGIN = 0.3;

/**
 * What is seen from far away: all cards and wires on one canvas element, which the view moves and stretches. A thousand elements
 * with borders, text and curves of their own cost more to move than a frame has; React Flow's cards stay there without a look, for the
 * pointer, the keyboard and the screen reader.
 */
export const FarLayer = memo(function FarLayer({ drawn }: { drawn: Drawn }) {
  const { canvas } = useEditorContext();
  const flow = useStoreApi();
  const element = useRef<HTMLCanvasElement>(null);
  const insertion: Edge | null = useStore(canvas, (state) => state.ghostEdge);
  const cut = useStore(canvas, (state) => state.cut);
  const picture = useMemo(() => ({ drawn, insertion, cut }), [drawn, insertion, cut]);
  const latest = useRef(picture);
  const renew = useRef<(() => void) | null>(null);
  useEffect(() => {
    latest.current = picture;
    renew.current?.();
  }, [picture]);
  useEffect(() => {
    const board = element.current;
    if (!board) return;
    const far = createBoard(
      board,
      () => latest.current,
      () => flow.getState(),
    );
    renew.current = far.renew;
    const forget = flow.subscribe((state, before) => {
      if (state.transform !== before.transform || state.width !== before.width || state.height !== before.height)
        far.follow();
    });
    const observer = new MutationObserver(far.repaint);
    observer.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme", "data-contrast"] });
    return () => {
      renew.current = null;
      observer.disconnect();
      forget();
      far.end();
    };
  }, [flow]);
  return (
    <ViewportPortal>
      <canvas ref={element} className={classes.far} aria-hidden data-testid="far-layer" />
    </ViewportPortal>
  );
});

interface Seen {
  transform: readonly [number, number, number];
  width: number;
  height: number;
}

/** The bitmap that is shown: which part of the drawing it has, at which zoom, and whether it reaches beyond the view. */
interface Shown {
  part: Rect;
  zoom: number;
  isWide: boolean;
}

function createBoard(board: HTMLCanvasElement, picture: () => FarPicture, seen: () => Seen) {
  const context = board.getContext("2d");
  let paint = createPaint(board);
  let shown: Shown | null = null;
  let isStale = true;
  let frame = 0;
  let settling = 0;

  function draw(isWide: boolean): void {
    const { transform, width, height } = seen();
    if (!context || width === 0 || height === 0) return;
    const [x, y, zoom] = transform;
    // By whole pixels of the screen: else every line would be smeared over two.
    const [beside, above] = [Math.ceil(width * MARGIN), Math.ceil(height * MARGIN)];
    const whole = inDrawing({ x: -beside, y: -above, width: width + 2 * beside, height: height + 2 * above });
    const part = isWide ? whole : inDrawing({ x: 0, y: 0, width, height });
    const density = window.devicePixelRatio;
    const [columns, rows] = [Math.round(whole.width * zoom * density), Math.round(whole.height * zoom * density)];
    // Only then: a bitmap that gets a size is made anew.
    if (board.width !== columns || board.height !== rows) Object.assign(board, { width: columns, height: rows });
    board.style.transform = `translate(${whole.x}px, ${whole.y}px)`;
    board.style.width = `${whole.width}px`;
    board.style.height = `${whole.height}px`;
    const scale = zoom * density;
    drawFar(context, picture(), { ...part, origin: whole, scale, zoom }, paint, getComputedStyle(board).fontFamily);
    shown = { part, zoom, isWide };
    isStale = false;

    function inDrawing(box: Rect): Rect {
      return { x: (box.x - x) / zoom, y: (box.y - y) / zoom, width: box.width / zoom, height: box.height / zoom };
    }
  }

  function update(): void {
    frame = 0;
    const { transform, width, height } = seen();
    const [x, y, zoom] = transform;
    const inView = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
    const stretch = shown ? Math.max(zoom / shown.zoom, shown.zoom / zoom) : Number.POSITIVE_INFINITY;
    if (isStale || !shown || stretch > STRETCH || !holds(shown.part, inView)) draw(!isStale);
    window.clearTimeout(settling);
    settling = window.setTimeout(() => {
      if (!shown?.isWide || seen().transform[2] !== shown.zoom) draw(true);
    }, SETTLED_MS);
  }

  function follow(): void {
    if (frame === 0) frame = requestAnimationFrame(update);
  }

  function renew(): void {
    isStale = true;
    follow();
  }

  function repaint(): void {
    paint = createPaint(board);
    renew();
  }

  follow();
  return {
    follow,
    renew,
    repaint,
    end: () => {
      cancelAnimationFrame(frame);
      window.clearTimeout(settling);
    },
  };
}

function holds(part: Rect, inView: Rect): boolean {
  return (
    part.x <= inView.x + 0.5 &&
    part.y <= inView.y + 0.5 &&
    part.x + part.width >= inView.x + inView.width - 0.5 &&
    part.y + part.height >= inView.y + inView.height - 0.5
  );
}

/** Colours as the theme of now has them: asked once each. */
function createPaint(element: HTMLElement): Paint {
  const known = new Map<string, string>();
  return (css) => {
    const found = known.get(css);
    if (found !== undefined) return found;
    element.style.color = css;
    const color = getComputedStyle(element).color;
    element.style.color = "";
    known.set(css, color);
    return color;
  };
}
