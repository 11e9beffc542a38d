import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { XAxis } from "./frame";
import classes from "./LineChart.module.css";
import type { MetricStore } from "./metricStore";
import { type ChartSeries, NUM_COLORS } from "./plot";
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
export function Legend({ readouts, store, series, axis, stepsPerEpoch, summaryId }: Props) {
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
          one.edge !== undefined ? null : (
            <li key={one.name}>
              <Swatch color={one.color} />
              {one.label} <b>{formatValue(values[index])}</b>
            </li>
          ),
        )}
        {x !== null && <li className={classes.place}>{t("charts.at", { axis: axisName, x: formatX(x, axis) })}</li>}
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
