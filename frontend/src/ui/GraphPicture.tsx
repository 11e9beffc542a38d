import classes from "./GraphPicture.module.css";

const NUM_SERIES = 8;

interface Props {
  /** Of each vertex its place, both values from 0 to 1. */
  positions: readonly (readonly number[])[];
  /** Pairs of places in `positions`. */
  edges: readonly (readonly number[])[];
  /** Of each vertex its class, -1 for none; empty where vertices have no classes. */
  labels: readonly number[];
  label: string;
  width: number;
  height: number;
  titleOf: (vertex: number) => string;
  /** The vertex that is asked about. */
  chosen?: number;
  /** Vertices about which something is wrong. */
  isMarked?: (vertex: number) => boolean;
  /** Makes vertices buttons. */
  onChoose?: (vertex: number) => void;
}

/** A drawn graph; the classes of its vertices differ in colour and shape. */
export function GraphPicture({ positions, edges, labels, label, width, height, titleOf, ...choice }: Props) {
  const { chosen, isMarked, onChoose } = choice;
  const radius = positions.length > 60 ? 3.5 : 5;
  const pad = radius + (onChoose ? 6 : 2);
  const at = (vertex: number): [number, number] => {
    const [x, y] = positions[vertex] ?? [0.5, 0.5];
    return [pad + (x ?? 0.5) * (width - 2 * pad), pad + (y ?? 0.5) * (height - 2 * pad)];
  };
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role={onChoose ? "group" : "img"}
      aria-label={label}
      className={classes.picture}
    >
      {edges.map(([from = 0, to = 0]) => {
        const [x1, y1] = at(from);
        const [x2, y2] = at(to);
        return <line key={`${from}-${to}`} x1={x1} y1={y1} x2={x2} y2={y2} className={classes.edge} />;
      })}
      {positions.map((_, vertex) => {
        const [x, y] = at(vertex);
        const mark = <VertexMark x={x} y={y} radius={radius} label={labels[vertex] ?? -1} title={titleOf(vertex)} />;
        const ring = (vertex === chosen || isMarked?.(vertex)) && (
          <circle
            cx={x}
            cy={y}
            r={radius + 4}
            className={vertex === chosen ? `${classes.ring} ${classes.chosen}` : classes.ring}
            strokeDasharray={isMarked?.(vertex) ? "3 2" : undefined}
          />
        );
        if (onChoose === undefined) {
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a vertex is its number
            <g key={vertex}>
              {ring}
              {mark}
            </g>
          );
        }
        return (
          // biome-ignore lint/a11y/useSemanticElements: there is no button within a picture
          <g
            // biome-ignore lint/suspicious/noArrayIndexKey: a vertex is its number
            key={vertex}
            role="button"
            tabIndex={0}
            aria-label={titleOf(vertex)}
            aria-pressed={vertex === chosen}
            className={classes.button}
            onClick={() => onChoose(vertex)}
            onKeyDown={(event) => {
              if (event.key !== "Enter" && event.key !== " ") return;
              event.preventDefault();
              onChoose(vertex);
            }}
          >
            {ring}
            {mark}
          </g>
        );
      })}
    </svg>
  );
}

interface MarkProps {
  x: number;
  y: number;
  radius: number;
  /** -1: none. */
  label: number;
  title?: string;
}

/** Colour is never alone: classes differ in shape too. */
export function VertexMark({ x, y, radius, label, title }: MarkProps) {
  const fill = label < 0 ? "var(--nw-text-quiet)" : `var(--nw-series-${(label % NUM_SERIES) + 1})`;
  const common = { fill, className: classes.vertex };
  const hover = title === undefined ? null : <title>{title}</title>;
  const kind = label < 0 ? 0 : label % 4;
  if (kind === 1) {
    return (
      <rect x={x - radius} y={y - radius} width={2 * radius} height={2 * radius} {...common}>
        {hover}
      </rect>
    );
  }
  if (kind === 2) {
    const r = radius * 1.35;
    return (
      <path d={`M${x} ${y - r}L${x + r} ${y + r * 0.8}L${x - r} ${y + r * 0.8}Z`} {...common}>
        {hover}
      </path>
    );
  }
  if (kind === 3) {
    const r = radius * 1.3;
    return (
      <path d={`M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z`} {...common}>
        {hover}
      </path>
    );
  }
  return (
    <circle cx={x} cy={y} r={radius} {...common}>
      {hover}
    </circle>
  );
}
