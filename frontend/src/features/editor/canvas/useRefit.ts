import { useReactFlow, type Viewport } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import type { FlowEdge, FlowNode } from "./flow";
import { FIT } from "./useCanvasView";
import { boxAround, isReadableWhole, isShownWhole } from "./viewport";

/**
 * A drawing that was in view as a whole stays so when the canvas gets smaller, as when a drawer opens beside it; where nobody has
 * moved the view since, it goes back when there is room again.
 */
export function useRefit(root: RefObject<HTMLDivElement | null>): void {
  const flow = useReactFlow<FlowNode, FlowEdge>();
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    let last = sizeOf(element);
    let fitted: { viewport: Viewport; before: Viewport; size: Size } | null = null;
    let frame = 0;

    function refit(): void {
      if (!element) return;
      const [before, now] = [last, sizeOf(element)];
      last = now;
      if (before.width === 0 || now.width === 0) return;
      const viewport = flow.getViewport();
      if (fitted && !isSame(fitted.viewport, viewport)) fitted = null;
      if (fitted && now.width >= fitted.size.width && now.height >= fitted.size.height) {
        void flow.setViewport(fitted.before);
        fitted = null;
        return;
      }
      const box = boxAround(flow.getNodes().map(({ position, data }) => ({ ...position, ...data.size })));
      if (!box || !isShownWhole(box, viewport, before) || isShownWhole(box, viewport, now)) return;
      // What can be read is not made too small to be read.
      if (!isReadableWhole(box, now) && isReadableWhole(box, before)) return;
      const first = fitted ?? { before: viewport, size: before };
      void flow.fitView(FIT).then(() => {
        fitted = { ...first, viewport: flow.getViewport() };
      });
    }

    // React Flow learns of the new size by an observer of its own.
    const observer = new ResizeObserver(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(refit);
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [flow, root]);
}

interface Size {
  width: number;
  height: number;
}

function sizeOf({ clientWidth, clientHeight }: HTMLElement): Size {
  return { width: clientWidth, height: clientHeight };
}

const isSame = (a: Viewport, b: Viewport) => a.x === b.x && a.y === b.y && a.zoom === b.zoom;
