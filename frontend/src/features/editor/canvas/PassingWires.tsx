import { useStore as useFlowStore, ViewportPortal } from "@xyflow/react";
import { useCallback, useMemo } from "react";
import type { Rect } from "@/document";
import type { FlowEdge, FlowNode } from "./flow";
import classes from "./Wire.module.css";
import { byId, meets, wireShape } from "./wireShapes";

interface PassingWiresProps {
  nodes: readonly FlowNode[];
  edges: readonly FlowEdge[];
}

/**
 * Wires of which only the middle is in view. React Flow draws a wire where the box around its two cards is; one that is led
 * through points, or round other cards, also runs outside it.
 */
export function PassingWires({ nodes, edges }: PassingWiresProps) {
  const wide = useMemo(() => {
    const cards = byId(nodes);
    return edges.flatMap((edge) => {
      if (!edge.data || (edge.data.points.length === 0 && edge.data.lane === null)) return [];
      const [source, target] = [cards.get(edge.source), cards.get(edge.target)];
      const shape = wireShape(edge, cards);
      if (!shape || !source || !target) return [];
      return [{ shape, width: edge.data.width, drawn: around(rectOf(source), rectOf(target)) }];
    });
  }, [nodes, edges]);
  const seen = useFlowStore(
    useCallback(
      ({ transform: [x, y, zoom], width, height }) => {
        if (wide.length === 0) return "";
        const view = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
        const passing = wide.filter(({ shape, drawn }) => meets(shape.box, view) && !meets(drawn, view));
        return passing.map(({ shape }) => shape.id).join("\n");
      },
      [wide],
    ),
  );
  if (seen === "") return null;
  const ids = new Set(seen.split("\n"));
  return (
    <ViewportPortal>
      <svg className={classes.passing} aria-hidden>
        {wide
          .filter(({ shape }) => ids.has(shape.id))
          .map(({ shape: { id, d }, width }) => (
            <g key={id} className={classes.wire} data-testid={`passing-${id}`} data-edge={id}>
              <path className={classes.grip} d={d} />
              <path className={classes.line} d={d} strokeWidth={width} />
            </g>
          ))}
      </svg>
    </ViewportPortal>
  );
}

function rectOf({ position, data }: FlowNode): Rect {
  return { ...position, ...data.size };
}

function around(a: Rect, b: Rect): Rect {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  const [right, bottom] = [Math.max(a.x + a.width, b.x + b.width), Math.max(a.y + a.height, b.y + b.height)];
  return { x, y, width: right - x, height: bottom - y };
}
