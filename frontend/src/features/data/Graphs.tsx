import { useTranslation } from "react-i18next";
import type { DatasetPreview } from "@/api";
import { formatExact, GraphPicture, VertexMark } from "@/ui";
import classes from "./data.module.css";

type Drawing = NonNullable<DatasetPreview["drawings"]>[number];

/** Wide enough for 150 vertices side by side, small enough for a few graphs in a row. */
const LARGE = 560;
const SMALL = 150;

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
                <VertexMark x={6} y={6} radius={4} label={label} />
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
  return (
    <GraphPicture
      positions={drawing.positions}
      edges={drawing.edges}
      labels={drawing.labels}
      label={t("graphs.said", {
        vertices: formatExact(drawing.positions.length),
        edges: formatExact(drawing.edges.length),
      })}
      width={side}
      height={side === LARGE ? side * 0.6 : side}
      titleOf={(vertex) => `${vertex}: ${names[drawing.labels[vertex] ?? -1] ?? "-"}`}
    />
  );
}
