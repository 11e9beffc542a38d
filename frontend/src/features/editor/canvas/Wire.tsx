import { EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo, useRef, useState } from "react";
import { useStore } from "zustand";
import { ledPath, type Position, toPoint, wirePath } from "@/document";
import { useEditorContext } from "../context";
import type { FlowEdge } from "./flow";
import classes from "./Wire.module.css";
import { WirePoints } from "./WirePoints";

/** A wire with the shape of what flows along it. */
export const Wire = memo(function Wire({
  id,
  sourceX,
  sourceY,
  targetX,
  targetY,
  data,
  selected,
}: EdgeProps<FlowEdge>) {
  const { canvas } = useEditorContext();
  const isFar = useStore(canvas, (state) => state.isFar);
  const isInsertion = useStore(canvas, (state) => data !== undefined && state.ghostEdge === data.edge);
  const isCut = useStore(canvas, (state) => data !== undefined && state.cut.includes(data.edge));
  const shown = useRef(data?.label);
  // A shape that was not known before is news to nobody: what has changed is.
  const changes = useRef(0);
  if (shown.current && data?.label && shown.current !== data.label) changes.current += 1;
  if (data?.label) shown.current = data.label;
  /** Where its points are while one of them is dragged. */
  const [dragged, setDragged] = useState<readonly Position[] | null>(null);
  if (!data) return null;
  const ends = { from: { x: sourceX, y: sourceY }, to: { x: targetX, y: targetY } };
  const points = dragged ?? data.points;
  const { path, label } =
    points.length > 0 ? ledPath(ends.from, points.map(toPoint), ends.to) : wirePath(ends.from, ends.to, data.lane);
  const marks = {
    "data-selected": selected || undefined,
    "data-wrong": data.isWrong || undefined,
    "data-insertion": isInsertion || undefined,
    "data-difference": data.difference ?? undefined,
    "data-cut": isCut || undefined,
  };
  const { x, y } = (dragged ? null : data.labelAt) ?? label;
  return (
    <g {...marks} className={classes.wire} data-testid={`wire-${id}`} data-edge={id}>
      <path className={classes.grip} d={path} data-far={isFar || undefined} />
      <path className={classes.line} d={path} strokeWidth={data.width} />
      {points.length > 0 && <WirePoints edge={data.edge} points={points} ends={ends} onDrag={setDragged} />}
      {data.label !== null && !isFar && (
        // Above every wire, not only above those that are drawn before this one.
        <EdgeLabelRenderer>
          <div
            // Another element begins the flash anew.
            key={changes.current}
            className={classes.label}
            data-changed={changes.current > 0 || undefined}
            data-selected={selected || undefined}
            data-difference={data.difference ?? undefined}
            data-wire={id}
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
          >
            {data.label}
          </div>
        </EdgeLabelRenderer>
      )}
    </g>
  );
});
