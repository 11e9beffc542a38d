import type { EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { useStore } from "zustand";
import { useEditorContext } from "../context";
import type { FlowEdge } from "./flow";
import { wirePath } from "./routing";
import classes from "./Wire.module.css";

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
  if (!data) return null;
  const { path, label } = wirePath({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, data.lane);
  const marks = {
    "data-selected": selected || undefined,
    "data-wrong": data.isWrong || undefined,
    "data-insertion": isInsertion || undefined,
  };
  return (
    <g {...marks} className={classes.wire} data-testid={`wire-${id}`} data-edge={id}>
      <path className={classes.grip} d={path} />
      <path className={classes.line} d={path} strokeWidth={data.width} />
      {data.label !== null && !isFar && (
        <text className={classes.label} x={label.x} y={label.y} dy="0.32em">
          {data.label}
        </text>
      )}
    </g>
  );
});
