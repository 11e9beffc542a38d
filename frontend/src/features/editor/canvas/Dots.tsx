import { useStoreApi } from "@xyflow/react";
import { memo, useId, useLayoutEffect, useRef, useState } from "react";
import { GRID } from "@/document";
import classes from "./Canvas.module.css";
import { SETTLED_MS, STRETCH } from "./viewport";

/**
 * The ground's dots, one between every four points of the grid, as a layer of their own that is larger than the canvas. The view
 * moves and stretches it and paints nothing; React Flow's `Background` is a pattern painted anew, over the whole canvas, at each frame.
 */
export const Dots = memo(function Dots() {
  const flow = useStoreApi();
  const layer = useRef<SVGSVGElement>(null);
  const pattern = useId();
  /** The zoom that the dots are painted for. */
  const [zoom, setZoom] = useState(() => flow.getState().transform[2]);
  useLayoutEffect(() => {
    let settling = 0;
    const follow = () => {
      const [x, y, now] = flow.getState().transform;
      const stretch = now / zoom;
      if (layer.current)
        layer.current.style.transform = `translate(${shift(x, now)}px, ${shift(y, now)}px) scale(${stretch})`;
      window.clearTimeout(settling);
      if (Math.max(stretch, 1 / stretch) > STRETCH) setZoom(now);
      else if (now !== zoom) settling = window.setTimeout(() => setZoom(now), SETTLED_MS);
    };
    follow();
    const forget = flow.subscribe((state, before) => {
      if (state.transform !== before.transform) follow();
    });
    return () => {
      forget();
      window.clearTimeout(settling);
    };
  }, [flow, zoom]);
  const gap = GRID * zoom;
  // In the middle of a pixel, which it then fills: on the border of four it would be hardly seen.
  const middle = Math.floor(gap / 2) + 0.5;
  return (
    <svg
      ref={layer}
      className={classes.dots}
      style={{ "--gap": `${gap}px`, "--stretch": STRETCH } as React.CSSProperties}
      aria-hidden
    >
      <pattern id={pattern} width={gap} height={gap} patternUnits="userSpaceOnUse">
        <circle cx={middle} cy={middle} r={zoom / 2} />
      </pattern>
      <rect width="100%" height="100%" fill={`url(#${pattern})`} />
    </svg>
  );
});

/** To the first cell's place, left of or above the canvas; by whole pixels of the screen, else every dot would be smeared. */
function shift(view: number, zoom: number): number {
  const gap = GRID * zoom;
  const density = window.devicePixelRatio;
  return Math.round(((((view % gap) + gap) % gap) - gap) * density) / density;
}
