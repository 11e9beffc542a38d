import { VisuallyHidden } from "@mantine/core";
import { memo, useEffect, useReducer } from "react";
import { useTranslation } from "react-i18next";
import type { XAxis } from "./frame";
import classes from "./LineChart.module.css";
import { type Mark, markPlace } from "./marks";
import type { MetricStore } from "./metricStore";
import { type ChartSeries, hueOf, MANY_SERIES, NUM_COLORS } from "./plot";
import { type Readouts, useReadout } from "./readouts";
import { onBeat } from "./redraw";
import { summarise } from "./summary";
import { formatValue, formatX } from "./ticks";

interface Props {
  readouts: Readouts;
  store: MetricStore;
  series: readonly ChartSeries[];
  axis: XAxis;
  stepsPerEpoch: number | null;
  marks: readonly Mark[];
  /** Of the sentence that describes the picture. */
  summaryId: string;
}

/** The colour of a series as in its chart, dashed where it comes a second time. */
export function Swatch({ color }: { color: number }) {
  return (
    <span
      className={classes.swatch}
      data-color-tells
      data-dashed={color > NUM_COLORS || undefined}
      style={{ color: `var(--nw-series-${hueOf(color)})` }}
      aria-hidden
    />
  );
}

/** The series with their values under the cursor, or the newest; and the picture in a sentence. */
export function Legend(props: Props) {
  return props.series.length < MANY_SERIES ? <AllSeries {...props} /> : <ManySeries {...props} />;
}

function AllSeries({ readouts, series, axis, ...rest }: Props) {
  const { t } = useTranslation("runs");
  const x = useReadout(readouts, (readout) => readout.x);
  // By the names alone: what stands at the pointer must not move the chart away from under it.
  const isLong = series.filter((one) => one.edge === undefined).length > 2;
  return (
    <>
      <ul className={isLong ? `${classes.legend} ${classes.below}` : classes.legend}>
        {series.map((one, index) =>
          one.edge !== undefined ? null : (
            <Entry
              key={one.name}
              readouts={readouts}
              series={one}
              at={index}
              title={one.isOverEpochSoFar ? t("charts.overEpochSoFar") : undefined}
            />
          ),
        )}
        {x !== null && <Place axisName={t(`charts.axes.${axis}`).toLowerCase()} x={formatX(x, axis)} />}
      </ul>
      <Summary readouts={readouts} series={series} axis={axis} {...rest} />
    </>
  );
}

/** How many there are, and the one at the pointer: a list of a hundred would hide the chart. */
function ManySeries({ readouts, series, axis, ...rest }: Props) {
  const { t } = useTranslation("runs");
  const x = useReadout(readouts, (readout) => readout.x);
  const nearest = useReadout(readouts, (readout) => readout.nearest);
  const pointed = nearest === null ? undefined : series[nearest];
  return (
    <>
      <ul className={classes.legend}>
        <li>{t("charts.many", { count: series.filter((one) => one.edge === undefined).length })}</li>
        {pointed !== undefined && nearest !== null && (
          <Entry readouts={readouts} series={pointed} at={nearest} title={undefined} />
        )}
        {x !== null && <Place axisName={t(`charts.axes.${axis}`).toLowerCase()} x={formatX(x, axis)} />}
      </ul>
      <Summary readouts={readouts} series={series} axis={axis} {...rest} />
    </>
  );
}

/** Nobody listens to a sentence that is another one four times a second. */
const SUMMARY_MS = 1000;

/** The picture in a sentence, told anew at most once a second. */
const Summary = memo(function Summary({ readouts, store, series, axis, stepsPerEpoch, marks, summaryId }: Props) {
  const { t } = useTranslation("runs");
  const [, tellAnew] = useReducer((count: number) => count + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let cancel = () => {};
    const unsubscribe = readouts.subscribe(() => {
      timer ??= setTimeout(() => {
        // With those of all other charts, so that the page is drawn anew once and not once a chart.
        cancel = onBeat(() => {
          timer = undefined;
          tellAnew();
        });
      }, SUMMARY_MS);
    });
    return () => {
      clearTimeout(timer);
      cancel();
      unsubscribe();
    };
  }, [readouts]);
  const axisName = t(`charts.axes.${axis}`).toLowerCase();
  const lines = series.filter((one) => one.edge === undefined);
  const summaryOf = ({ name }: ChartSeries) => {
    const buffer = store.buffer(name);
    return buffer === undefined ? null : summarise(buffer, axis, stepsPerEpoch);
  };
  const describe = (one: ChartSeries) => {
    const summary = summaryOf(one);
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
  const describeMany = () => {
    const ends = lines.map((one) => summaryOf(one)?.last.value ?? Number.NaN).filter(Number.isFinite);
    if (ends.length === 0) return t("charts.empty");
    const [from, to] = [formatValue(Math.min(...ends)), formatValue(Math.max(...ends))];
    return t("charts.manySummary", { count: lines.length, from, to });
  };
  const described = series.length < MANY_SERIES ? lines.map(describe) : [describeMany()];
  const marked = marks.flatMap(({ step, label }) => {
    const x = markPlace(step, axis, stepsPerEpoch);
    return x === null ? [] : [t("charts.mark", { label, axis: axisName, x: formatX(x, axis) })];
  });
  return <VisuallyHidden id={summaryId}>{[...described, ...marked].join(" ")}</VisuallyHidden>;
});

interface EntryProps {
  readouts: Readouts;
  series: ChartSeries;
  /** Its place among the chart's series. */
  at: number;
  title: string | undefined;
}

const Entry = memo(function Entry({ readouts, series, at, title }: EntryProps) {
  return (
    <li title={title}>
      <Swatch color={series.color} />
      {series.label} <Value readouts={readouts} at={at} />
    </li>
  );
});

/** All of a chart's head that is drawn anew at each beat, and only where its text is another. */
function Value({ readouts, at }: { readouts: Readouts; at: number }) {
  const text = useReadout(readouts, (readout) => formatValue(readout.values[at]));
  return <b>{text}</b>;
}

function Place({ axisName, x }: { axisName: string; x: string }) {
  const { t } = useTranslation("runs");
  return <li className={classes.place}>{t("charts.at", { axis: axisName, x })}</li>;
}
