import { IconArrowsDiagonal } from "@tabler/icons-react";
import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useStore } from "zustand";
import { formatCount, formatExact, formatMacs } from "@/ui";
import { useEditorContext } from "../context";
import { useEditorWords } from "../labels";
import classes from "./FoldCard.module.css";
import type { FlowNode } from "./flow";
import { Badge, Ports } from "./NodeCard";
import { nodesWithin } from "./useConnecting";

/** Several nodes folded to one card: how many, from which to which, and a button that shows them again. */
export const FoldCard = memo(function FoldCard({ data, selected }: NodeProps<FlowNode>) {
  const t = useEditorWords();
  const { store, canvas } = useEditorContext();
  const isFar = useStore(canvas, (state) => state.isFar);
  const { fold, cost } = data;
  const target = useStore(canvas, ({ connection, over }) => {
    if (!connection || !fold) return undefined;
    const kind = nodesWithin(connection, fold.nodes).length > 0 ? "fits" : "illegal";
    return over?.folded?.join() === fold.nodes.join() ? `${kind} over` : kind;
  });
  if (!fold) return null;
  const marks = {
    "data-selected": selected || undefined,
    "data-severity": data.problem?.severity,
    "data-target": target,
    "data-testid": `fold-${fold.nodes[0]}`,
  };
  if (isFar) return <div className={classes.far} {...marks} />;
  const words = `${fold.nodes[0]} ... ${fold.nodes.at(-1)}`;
  const count = t("fold.nodes", { count: fold.nodes.length });
  return (
    <>
      <div className={classes.card} {...marks}>
        <div className={classes.text}>
          <div className={classes.name} title={fold.nodes.join(", ")}>
            {words}
          </div>
          <div className={classes.quiet}>
            {count}
            {cost && (
              <span title={t("canvas.cost", { parameters: formatExact(cost.parameters), macs: formatMacs(cost.macs) })}>
                {formatCount(cost.parameters)}
              </span>
            )}
          </div>
        </div>
        <button
          type="button"
          className={`${classes.open} nodrag nopan`}
          tabIndex={-1}
          aria-label={t("fold.open", { nodes: words })}
          title={t("command.openFold")}
          onClick={(event) => {
            event.stopPropagation();
            store.getState().openFold(fold.id);
          }}
        >
          <IconArrowsDiagonal size={16} aria-hidden />
        </button>
        {data.problem && <Badge problem={data.problem} />}
      </div>
      <Ports card={data.node.id} node={null} ports={data.ports.inputs} type="target" height={data.size.height} />
      <Ports card={data.node.id} node={null} ports={data.ports.outputs} type="source" height={data.size.height} />
    </>
  );
});
