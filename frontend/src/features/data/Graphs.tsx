import { useTranslation } from "react-i18next";
import type { DatasetPreview } from "@/api";
import { formatExact } from "@/ui";
import classes from "./data.module.css";

type Drawing = NonNullable<DatasetPreview["drawings"]>[number];

/** Wide enough for 150 vertices side by side, small enough for a few graphs in a row. */
const LARGE = 560;
const SMALL = 150;
const NUM_SERIES = 8;

/** The one graph with its classes in colour, or a few small graphs of each class. */
export function Graphs({ drawings, names }: { drawings: readonly Drawing[]; names: readonly string[] }) {
  const { t } = useTranslation("data");
  const [first] = drawings;
  if (first === undefined) return null;
  const isOne = drawings.length === 1;
  const shown = names.map((name, label) => ({ name, label })).filter(({ label }) => first.labels.includes(label));
  return (
    <section className={classes.panel} aria-labelledby="data-graphs">
      <h2 id="data-graphs" className={classes.heading}>
        {t(isOne ? "graphs.one" : "graphs.some")}
      </h2>
      {first.num_left_out > 0 && (
        <p className={classes.quiet}>
          {t("graphs.part", { shown: formatExact(first.positions.length), rest: formatExact(first.num_left_out) })}
        </p>
      )}
      <div className={classes.graphs}>
        {drawings.map((drawing, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a drawing is its place in the answer
          <figure key={number} className={classes.graph}>
            <Picture drawing={drawing} side={isOne ? LARGE : SMALL} names={names} />
            {drawing.name !== "" && <figcaption>{drawing.name}</figcaption>}
          </figure>
        ))}
      </div>
      {shown.length > 0 && (
        <ul className={classes.graphLegend}>
          {shown.map(({ name, label }) => (
            <li key={name}>
              <svg width={12} height={12} aria-hidden>
                <Vertex x={6} y={6} radius={4} label={label} />
              </svg>
              {name}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Picture({ drawing, side, names }: { drawing: Drawing; side: number; names: readonly string[] }) {
  const { t } = useTranslation("data");
  const radius = drawing.positions.length > 60 ? 3.5 : 5;
  const height = side === LARGE ? side * 0.6 : side;
  const at = (vertex: number): [number, number] => {
    const [x, y] = drawing.positions[vertex] ?? [0.5, 0.5];
    return [radius + 2 + x * (side - 2 * radius - 4), radius + 2 + y * (height - 2 * radius - 4)];
  };
  const said = t("graphs.said", {
    vertices: formatExact(drawing.positions.length),
    edges: formatExact(drawing.edges.length),
  });
  return (
    <svg viewBox={`0 0 ${side} ${height}`} width={side} height={height} role="img" aria-label={said}>
      {drawing.edges.map(([from, to]) => {
        const [x1, y1] = at(from);
        const [x2, y2] = at(to);
        return <line key={`${from}-${to}`} x1={x1} y1={y1} x2={x2} y2={y2} className={classes.graphEdge} />;
      })}
      {drawing.positions.map((_, vertex) => {
        const [x, y] = at(vertex);
        const label = drawing.labels[vertex] ?? -1;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a vertex is its number
          <Vertex key={vertex} x={x} y={y} radius={radius} label={label} title={`${vertex}: ${names[label] ?? "-"}`} />
        );
      })}
    </svg>
  );
}

/** Colour is never alone: classes differ in shape too. */
function Vertex({
  x,
  y,
  radius,
  label,
  title,
}: {
  x: number;
  y: number;
  radius: number;
  label: number;
  title?: string;
}) {
  const fill = label < 0 ? "var(--nw-text-quiet)" : `var(--nw-series-${(label % NUM_SERIES) + 1})`;
  const common = { fill, className: classes.graphVertex };
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
