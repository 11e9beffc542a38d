import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleHalf2,
  IconLink,
  IconLock,
  IconLockOpen2,
  IconResize,
} from "@tabler/icons-react";
import { Handle, type NodeProps, Position as Side } from "@xyflow/react";
import { Fragment, memo } from "react";
import { useStore } from "zustand";
import { bestPort, blockNameOf, meantPort, type PortRead, portOffset } from "@/document";
import { formatCount, formatExact, formatMacs } from "@/ui";
import { useEditorContext } from "../context";
import { FamilyIcon, familyColor } from "../FamilyIcon";
import { useEditorWords } from "../labels";
import { markColor } from "../markColor";
import { SIGNS } from "./differences";
import { type CardData, type FlowNode, HANDLE_SIZE } from "./flow";
import { heatColor } from "./heat";
import classes from "./NodeCard.module.css";

/** A node as a plain card: what it is, what matters about it, its ports, its worst problem. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<FlowNode>) {
  const { canvas } = useEditorContext();
  const isFar = useStore(canvas, (state) => state.isFar);
  const { node, family } = data;
  const isBlock = blockNameOf(node.type) !== null;
  const marks = {
    "data-selected": selected || undefined,
    "data-muted": node.muted || undefined,
    "data-block": isBlock || undefined,
    "data-unknown": !data.isKnown || undefined,
    "data-severity": data.problem?.severity,
    "data-target": useTargetState(data) ?? undefined,
    "data-weights": data.weights ?? undefined,
    "data-frozen": data.frozen ?? undefined,
    "data-color": data.color ?? undefined,
    "data-heat": data.heat?.part,
    "data-difference": data.difference?.change,
  };
  const style = { "--family": familyColor(family), "--card": cardColor(data) } as React.CSSProperties;
  const shownType = blockNameOf(node.type) ?? node.type;
  // Its look is on the far layer; here is what the pointer and the keyboard find.
  if (isFar) return <div className={classes.far} data-testid={`node-${node.id}`} {...marks} />;
  return (
    <>
      <div className={classes.card} style={style} data-testid={`node-${node.id}`} {...marks}>
        <FamilyIcon family={family} />
        <div className={classes.text}>
          <div className={classes.head}>
            <span className={classes.id} title={node.id}>
              {node.id}
            </span>
            <span className={classes.type} title={shownType}>
              {shownType}
            </span>
            {isBlock && <Cost data={data} />}
          </div>
          <SecondLine data={data} />
        </div>
        <Marks weights={data.weights} frozen={data.frozen} />
        {data.problem && <Badge problem={data.problem} />}
        {data.difference && <DifferenceMark difference={data.difference} />}
      </div>
      <Ports card={node.id} node={node.id} ports={data.ports.inputs} type="target" height={data.size.height} />
      <Ports card={node.id} node={node.id} ports={data.ports.outputs} type="source" height={data.size.height} />
    </>
  );
});

/** The colour of a card where it has one of its own, or shows what it costs. */
function cardColor({ color, heat }: CardData): string | undefined {
  if (heat) return heatColor(heat.part);
  return color === null ? undefined : `color-mix(in srgb, ${markColor(color)} 16%, var(--nw-surface))`;
}

/** What the wire being drawn could do here: `fits`, `mismatch`, `illegal`, or `over` with any of them. */
function useTargetState({ node }: CardData): string | null {
  const { canvas } = useEditorContext();
  return useStore(canvas, ({ connection, over }) => {
    if (!connection || connection.from.node === node.id) return null;
    const own = connection.verdicts.get(node.id);
    const isOver = over?.node === node.id;
    const verdict = (isOver && over.port !== null && own?.get(over.port)) || bestPort(own)?.verdict;
    if (!verdict?.legal) return isOver ? "illegal over" : "illegal";
    const state = verdict.fits ? "fits" : "mismatch";
    return isOver ? `${state} over` : state;
  });
}

function SecondLine({ data }: { data: CardData }) {
  const t = useEditorWords();
  const { node, summary, isKnown } = data;
  // The check's line about a block says how often it is repeated, in numbers where the document has an expression.
  const isRepeated = node.repeat !== 1 && (blockNameOf(node.type) === null || summary === "");
  const text = isKnown ? summary : t("canvas.unknownType");
  const isShared = node.share !== null || data.lendsTo !== "";
  const { difference } = data;
  // Of what is new its settings say more; the sign says that it is.
  if (difference && (difference.change !== "added" || text === "")) {
    return (
      <div className={classes.summary} data-difference title={difference.words}>
        <span>{difference.brief}</span>
      </div>
    );
  }
  // Without a second line the first stands in the middle of the card.
  const isPlain = text === "" && !isRepeated && !node.muted && !isShared;
  if (isPlain && data.heat === null) return null;
  return (
    <div className={classes.summary}>
      {isRepeated && <span className={classes.repeat}>{t("canvas.repeat", { times: node.repeat })}</span>}
      {node.muted && <span className={classes.repeat}>{t("canvas.muted")}</span>}
      {isShared && <SharedMark share={node.share} lendsTo={data.lendsTo} />}
      <span title={text}>{text}</span>
      {data.heat && data.heat.words !== "" && <span className={classes.cost}>{data.heat.words}</span>}
    </div>
  );
}

/** What all repetitions of a block together cost: beside its name, so that its line has room for what it sets. */
function Cost({ data: { node, cost, heat } }: { data: CardData }) {
  const t = useEditorWords();
  if (cost === null || node.muted || heat) return null;
  return (
    <span
      className={classes.cost}
      title={t("canvas.cost", { parameters: formatExact(cost.parameters), macs: formatMacs(cost.macs) })}
    >
      {formatCount(cost.parameters)}
    </span>
  );
}

const WEIGHT_ICONS = { kept: IconCircleCheck, resized: IconResize, partial: IconCircleHalf2, new: IconCircleDashed };

/** What the attached weights do here, and whether they move. */
function Marks({ weights, frozen }: Pick<CardData, "weights" | "frozen">) {
  const t = useEditorWords();
  if (weights === null && frozen === null) return null;
  const Icon = weights === null ? null : WEIGHT_ICONS[weights];
  const lock = frozen === null ? "" : t(`frozen.${frozen}`);
  const words = weights === null ? "" : t(`weights.${weights}`);
  return (
    <span className={classes.marks}>
      {Icon && (
        <span className={classes.mark} data-weights={weights} role="img" aria-label={words} title={words}>
          <Icon size={14} stroke={1.8} aria-hidden />
        </span>
      )}
      {frozen !== null && (
        <span className={classes.mark} role="img" aria-label={lock} title={lock}>
          {frozen === "part" ? (
            <IconLockOpen2 size={14} stroke={1.8} aria-hidden />
          ) : (
            <IconLock size={14} stroke={1.8} aria-hidden />
          )}
        </span>
      )}
    </span>
  );
}

/** Says that the weights are shared: whose they are, or who else uses them. */
function SharedMark({ share, lendsTo }: { share: string | null; lendsTo: string }) {
  const t = useEditorWords();
  const words = share === null ? t("canvas.lendsWeights", { ids: lendsTo }) : t("canvas.usesWeights", { id: share });
  return (
    <span className={classes.shared} role="img" aria-label={words} title={words}>
      <IconLink size={12} stroke={2} aria-hidden />
      {share}
    </span>
  );
}

/** Goes to where the problem stands, inside the block where that is. */
export function Badge({ problem }: { problem: NonNullable<CardData["problem"]> }) {
  const t = useEditorWords();
  const { store } = useEditorContext();
  const words = t(`problem.${problem.severity}`, { count: problem.count, message: problem.message });
  return (
    <button
      type="button"
      className={`${classes.badge} nodrag nopan`}
      data-severity={problem.severity}
      data-inside={problem.isInside || undefined}
      tabIndex={-1}
      aria-label={words}
      title={problem.isInside ? t("problem.inside", { words }) : words}
      onClick={(event) => {
        event.stopPropagation();
        store.getState().selectProblem(problem.worst);
      }}
    >
      !
    </button>
  );
}

/** What became of the node between the two states that are compared. */
function DifferenceMark({ difference: { change, words } }: { difference: NonNullable<CardData["difference"]> }) {
  return (
    <span className={classes.difference} role="img" aria-label={words} title={words}>
      {SIGNS[change]}
    </span>
  );
}

interface PortsProps {
  /** The id of the card. */
  card: string;
  /** Null for a fold's: each stands for a port of a node within, which its name says. */
  node: string | null;
  ports: readonly PortRead[];
  type: "source" | "target";
  height: number;
}

export const Ports = memo(function Ports({ card, node, ports, type, height }: PortsProps) {
  const t = useEditorWords();
  return ports.map((port, index) => {
    const top = portOffset(index, ports.length, height);
    const meant = meantPort({ node: card, port: port.name });
    const words = port.axes ? `${port.name} ${port.axes}` : port.name;
    return (
      <Fragment key={port.name}>
        <Handle
          id={port.name}
          type={type}
          position={type === "source" ? Side.Right : Side.Left}
          className={classes.handle}
          style={{ top, width: HANDLE_SIZE, height: HANDLE_SIZE }}
          title={port.optional ? t("canvas.optionalPort", { port: words }) : words}
          data-variadic={port.variadic || undefined}
          data-optional={port.optional || undefined}
          data-testid={node === null ? undefined : `handle-${node}-${port.name}`}
          data-node={meant.node}
          data-port={meant.port}
          data-kind={type === "source" ? "output" : "input"}
        />
        {ports.length > 1 && node !== null && (
          <span className={classes.port} style={{ top }} data-side={type} aria-hidden>
            {port.name}
          </span>
        )}
      </Fragment>
    );
  });
});
