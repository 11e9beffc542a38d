import { VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { XAxis } from "./frame";
import classes from "./LineChart.module.css";
import type { MetricStore } from "./metricStore";
import type { ChartSeries } from "./plot";
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
        {series.map((one, index) => (
          <li key={one.name}>
            <span className={classes.swatch} style={{ background: `var(--nw-series-${((one.color - 1) % 8) + 1})` }} />
            {one.label} <b>{formatValue(values[index])}</b>
          </li>
        ))}
        {x !== null && <li className={classes.place}>{t("charts.at", { axis: axisName, x: formatX(x, axis) })}</li>}
      </ul>
      <VisuallyHidden id={summaryId}>{series.map(describe).join(" ")}</VisuallyHidden>
    </>
  );
}
