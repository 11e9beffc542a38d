import { MiniMap, useStore as useFlowStore } from "@xyflow/react";
import { useCallback, useMemo } from "react";
import { familyColor } from "../FamilyIcon";
import { useEditorWords } from "../labels";
import classes from "./Canvas.module.css";
import type { FlowNode } from "./flow";
import { boxAround, isShownWhole } from "./viewport";

/** The minimap, as long as a part of the drawing is out of view: else it would show nothing but what it covers. */
export function Overview({ nodes }: { nodes: readonly FlowNode[] }) {
  const t = useEditorWords();
  const box = useMemo(() => boxAround(nodes.map(({ position, data }) => ({ ...position, ...data.size }))), [nodes]);
  const isWhole = useFlowStore(
    useCallback(
      ({ transform: [x, y, zoom], width, height }) =>
        box === null || isShownWhole(box, { x, y, zoom }, { width, height }),
      [box],
    ),
  );
  if (isWhole) return null;
  return (
    <MiniMap<FlowNode>
      className={classes.minimap}
      nodeColor={minimapColor}
      nodeStrokeWidth={0}
      nodeBorderRadius={20}
      bgColor="var(--nw-surface)"
      maskColor="var(--minimap-mask)"
      ariaLabel={t("canvas.minimap")}
      pannable
      zoomable
    />
  );
}

const minimapColor = (node: FlowNode) => familyColor(node.data.family);
