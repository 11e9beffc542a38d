import { EdgeLabelRenderer, type EdgeProps } from "@xyflow/react";
import { memo } from "react";
import { useStore } from "zustand";
import { wirePath } from "@/document";
import { useEditorContext } from "../context";
import type { FlowEdge } from "./flow";
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
  const isCut = useStore(canvas, (state) => data !== undefined && state.cut.includes(data.edge));
  if (!data) return null;
  const { path, label } = wirePath({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, data.lane);
  const marks = {
    "data-selected": selected || undefined,
    "data-wrong": data.isWrong || undefined,
    "data-insertion": isInsertion || undefined,
    "data-cut": isCut || undefined,
  };
  const { x, y } = data.labelAt ?? label;
  return (
    <g {...marks} className={classes.wire} data-testid={`wire-${id}`} data-edge={id}>
      <path className={classes.grip} d={path} />
      <path className={classes.line} d={path} strokeWidth={data.width} />
      {data.label !== null && !isFar && (
        // Above every wire, not only above those that are drawn before this one.
        <EdgeLabelRenderer>
          <div
            className={classes.label}
            data-selected={selected || undefined}
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
