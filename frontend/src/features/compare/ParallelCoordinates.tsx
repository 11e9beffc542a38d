import { useElementSize } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { RunSummary } from "@/api";
import { hueOf, NUM_COLORS } from "@/features/charts";
import { type Field, type Fields, fieldTitle, formatField, useAreSettingsPending } from "@/features/runs";
import { LineSkeletons } from "@/ui";
import classes from "./compare.module.css";
import { buildAxes } from "./parallel";

interface Props {
  runs: readonly RunSummary[];
  colors: Readonly<Record<string, number>>;
  fields: Fields;
}

const HEIGHT = 340;
const TOP = 34;
const BOTTOM = 20;
/** Between two axes: as there is room, but near enough for the eye to follow a line. */
const GAP = { least: 170, most: 320 };
const SIDE = 70;
/** Letters of a title that fit between two axes; what stands before them is told on hover. */
const TITLE_LETTERS = 22;

/** A line a run through what it was given to what came of it; pointing at one brings it out. */
export function ParallelCoordinates({ runs, colors, fields }: Props) {
  const { t, i18n } = useTranslation("compare");
  const { t: d } = useTranslation("desk");
  const { axes, same } = useMemo(
    () => buildAxes(fields, runs, (field, value) => formatField(field, value, d)),
    [fields, runs, d],
  );
  const [active, setActive] = useState<string | null>(null);
  const frame = useElementSize();
  const isPending = useAreSettingsPending();
  if (isPending) return <LineSkeletons lines={6} />;
  if (axes.length < 2) return <p className={classes.quiet}>{t("parallel.tooFew")}</p>;
  const room = (frame.width - 2 * SIDE) / (axes.length - 1);
  const named = (field: Field) => {
    const [run] = runs;
    const value = run === undefined ? "" : formatField(field, field.value(run), d);
    return `${fieldTitle(field, d)} ${value}`;
  };
  const gap = Math.min(GAP.most, Math.max(GAP.least, Math.floor(room)));
  const width = 2 * SIDE + (axes.length - 1) * gap;
  const x = (index: number) => SIDE + index * gap;
  const y = (place: number) => TOP + (1 - place) * (HEIGHT - TOP - BOTTOM);
  return (
    <section
      ref={frame.ref}
      aria-label={t("tabs.parallel")}
      className={classes.parallel}
      data-testid="compare-parallel"
    >
      <svg width={width} height={HEIGHT} role="img" aria-label={t("parallel.picture", { count: runs.length })}>
        {axes.map(({ field, ticks }, index) => (
          <g key={field.id} transform={`translate(${x(index)} 0)`}>
            <text y={14} textAnchor="middle" className={classes.axisTitle}>
              <title>{fieldTitle(field, d)}</title>
              {endOf(fieldTitle(field, d))}
            </text>
            <line y1={TOP} y2={HEIGHT - BOTTOM} className={classes.axisLine} />
            {ticks.slice(0, 16).map((tick) => (
              <text
                key={tick.text}
                x={index === axes.length - 1 ? -6 : 6}
                y={y(tick.place) + (tick.place === 0 ? 14 : -4)}
                textAnchor={index === axes.length - 1 ? "end" : "start"}
                className={classes.axisTick}
              >
                {tick.text.slice(0, 24)}
              </text>
            ))}
          </g>
        ))}
        {runs.map((run) => (
          <RunLine
            key={run.id}
            color={colors[run.id] ?? 1}
            state={active === null ? "plain" : active === run.id ? "active" : "quiet"}
            points={axes.map((axis, index) => {
              const place = axis.place(run);
              return place === null ? null : [x(index), y(place)];
            })}
          />
        ))}
      </svg>
      {same.length > 0 && (
        <p className={classes.quiet}>
          {t("parallel.same", { names: new Intl.ListFormat(i18n.language).format(same.map(named)) })}
        </p>
      )}
      <ul className={classes.parallelLegend}>
        {runs.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              onPointerEnter={() => setActive(run.id)}
              onPointerLeave={() => setActive(null)}
              onFocus={() => setActive(run.id)}
              onBlur={() => setActive(null)}
            >
              <i style={{ background: `var(--nw-series-${hueOf(colors[run.id] ?? 1)})` }} />
              {run.name}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A path says what it is at its end: `early_stopping.restore_best_weights` is `…restore_best_weights`. */
function endOf(title: string): string {
  return title.length <= TITLE_LETTERS ? title : `…${title.slice(1 - TITLE_LETTERS)}`;
}

function RunLine({
  color,
  state,
  points,
}: {
  color: number;
  state: "plain" | "active" | "quiet";
  points: readonly (readonly [number, number] | number[] | null)[];
}) {
  // A run without a value at an axis has a gap there.
  let path = "";
  let isPen = false;
  for (const point of points) {
    if (point === null) isPen = false;
    else {
      path += `${isPen ? "L" : "M"}${point[0]} ${point[1]}`;
      isPen = true;
    }
  }
  return (
    <path
      d={path}
      className={classes.runLine}
      data-state={state}
      strokeDasharray={color > NUM_COLORS ? "6 4" : undefined}
      style={{ stroke: `var(--nw-series-${hueOf(color)})` }}
    />
  );
}
