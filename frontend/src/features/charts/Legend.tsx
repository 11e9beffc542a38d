import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Cell, XAxis } from "./frame";
import classes from "./LineChart.module.css";
import type { MetricStore } from "./metricStore";
import { type ChartSeries, MANY_SERIES, NUM_COLORS } from "./plot";
import { type Readouts, useReadout } from "./readouts";
import { summarise } from "./summary";
import { formatValue, formatX } from "./ticks";

interface Props {
  readouts: Readouts;
  store: MetricStore;
  series: readonly ChartSeries[];
  axis: XAxis;
  stepsPerEpoch: number | null;
  /** Of the sentence that describes the picture. */
  summaryId: string;
}

/** The colour of a series as in its chart, dashed where it comes a second time. */
export function Swatch({ color }: { color: number }) {
  return (
    <span
      className={classes.swatch}
      data-dashed={color > NUM_COLORS || undefined}
      style={{ color: `var(--nw-series-${((color - 1) % NUM_COLORS) + 1})` }}
      aria-hidden
    />
  );
}

/** The series with their values under the cursor, or the newest; and the picture in a sentence. */
export function Legend(props: Props) {
  return props.series.length < MANY_SERIES ? <AllSeries {...props} /> : <ManySeries {...props} />;
}

function AllSeries({ readouts, store, series, axis, stepsPerEpoch, summaryId }: Props) {
  const { t } = useTranslation("runs");
  const { values, x } = useReadout(readouts, (readout) => readout);
  const axisName = t(`charts.axes.${axis}`).toLowerCase();
  const describe = (one: ChartSeries) => {
    const buffer = store.buffer(one.name);
    const summary = buffer === undefined ? null : summarise(buffer, axis, stepsPerEpoch);
    if (summary === null) return t("charts.noPoints", { name: one.label });
    return t("charts.summary", {
      name: one.label,
      last: formatValue(summary.last.value),
      x: formatX(summary.last.x, axis),
      axis: axisName,
      lowest: formatValue(summary.lowest?.value ?? null),
      highest: formatValue(summary.highest?.value ?? null),
    });
  };
  return (
    <>
      <ul className={classes.legend}>
        {series.map((one, index) =>
          one.edge !== undefined ? null : <Entry key={one.name} series={one} value={values[index]} />,
        )}
        {x !== null && <Place axisName={axisName} x={formatX(x, axis)} />}
      </ul>
      <VisuallyHidden id={summaryId}>
        {series
          .filter((one) => one.edge === undefined)
          .map(describe)
          .join(" ")}
      </VisuallyHidden>
    </>
  );
}

/** How many there are, and the one at the pointer: a list of a hundred would hide the chart. */
function ManySeries({ readouts, store, series, axis, stepsPerEpoch, summaryId }: Props) {
  const { t } = useTranslation("runs");
  const { values, x, nearest } = useReadout(readouts, (readout) => readout);
  const lines = series.filter((one) => one.edge === undefined);
  const summaries = lines.flatMap((one) => {
    const buffer = store.buffer(one.name);
    return buffer === undefined ? [] : (summarise(buffer, axis, stepsPerEpoch) ?? []);
  });
  const ends = summaries.map(({ last }) => last.value).filter(Number.isFinite);
  const pointed = nearest === null ? undefined : series[nearest];
  return (
    <>
      <ul className={classes.legend}>
        <li>{t("charts.many", { count: lines.length })}</li>
        {pointed !== undefined && nearest !== null && <Entry series={pointed} value={values[nearest]} />}
        {x !== null && <Place axisName={t(`charts.axes.${axis}`).toLowerCase()} x={formatX(x, axis)} />}
      </ul>
      <VisuallyHidden id={summaryId}>
        {ends.length === 0
          ? t("charts.empty")
          : t("charts.manySummary", {
              count: lines.length,
              from: formatValue(Math.min(...ends)),
              to: formatValue(Math.max(...ends)),
            })}
      </VisuallyHidden>
    </>
  );
}

function Entry({ series, value }: { series: ChartSeries; value: Cell }) {
  return (
    <li>
      <Swatch color={series.color} />
      {series.label} <b>{formatValue(value)}</b>
    </li>
  );
}

function Place({ axisName, x }: { axisName: string; x: string }) {
  const { t } = useTranslation("runs");
  return <li className={classes.place}>{t("charts.at", { axis: axisName, x })}</li>;
}
