import { ActionIcon, Button, Tooltip, useComputedColorScheme } from "@mantine/core";
import { IconTable, IconZoomReset } from "@tabler/icons-react";
import { memo, type ReactNode, type RefObject, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import "uplot/dist/uPlot.min.css";
import { useHasMoreContrast } from "@/ui";
import { ChartTable } from "./ChartTable";
import type { Range } from "./frame";
import { Legend } from "./Legend";
import classes from "./LineChart.module.css";
import type { Mark } from "./marks";
import type { MetricStore } from "./metricStore";
import { type ChartSeries, type ChartView, Plot } from "./plot";
import { createReadouts, type Readouts, useReadout } from "./readouts";
import type { ShownCharts } from "./shown";

interface Props {
  title: string;
  unit?: string;
  store: MetricStore;
  /** Must keep its identity while nothing changes. */
  series: readonly ChartSeries[];
  view: ChartView;
  stepsPerEpoch: number | null;
  marks?: readonly Mark[];
  height?: number;
  testId?: string;
  /** Charts of one key show their cursors at the same x, and the same part of it. */
  syncKey?: string;
  /** Points are on their way: that there are none yet is not said. */
  isWaiting?: boolean;
  /** What else stands in the chart's head. */
  tools?: ReactNode;
  /** Where the chart tells what it shows. */
  shown?: ShownCharts;
}

const NO_MARKS: readonly Mark[] = [];

/** A live chart: drag to zoom, double-click to see all again; an update never moves what is zoomed. */
export function LineChart(props: Props) {
  const {
    title,
    unit,
    store,
    series,
    view,
    stepsPerEpoch,
    marks = NO_MARKS,
    height = 240,
    testId,
    syncKey,
    isWaiting = false,
    tools,
    shown,
  } = props;
  const { t } = useTranslation("runs");
  const scheme = useComputedColorScheme();
  const hasMoreContrast = useHasMoreContrast();
  const titleId = useId();
  const summaryId = useId();
  const frame = useRef<HTMLDivElement>(null);
  const section = useRef<HTMLElement>(null);
  const plot = useRef<Plot | null>(null);
  const zoom = useRef<{ axis: string; range: Range | null }>({ axis: view.axis, range: null });
  const [readouts] = useState(createReadouts);
  const [isTable, setIsTable] = useState(false);
  const [keepAll, setKeepAll] = useState(false);
  const { axis, isLog, smoothing, isLogX = false } = view;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas takes its colours from the scheme and the contrast
  useEffect(() => {
    const element = frame.current;
    if (element === null || isTable) return;
    const created = new Plot({
      element,
      store,
      series,
      view: { axis, isLog, isLogX, smoothing, keepAll },
      syncKey,
      stepsPerEpoch,
      marks,
      height,
      onReadout: readouts.set,
      zoom: zoom.current.axis === axis ? zoom.current.range : null,
    });
    plot.current = created;
    return () => {
      zoom.current = { axis, range: created.zoom };
      created.destroy();
      plot.current = null;
    };
  }, [
    store,
    series,
    axis,
    isLog,
    isLogX,
    smoothing,
    syncKey,
    keepAll,
    stepsPerEpoch,
    marks,
    height,
    isTable,
    scheme,
    hasMoreContrast,
    readouts,
  ]);

  useEffect(() => {
    const element = section.current;
    if (element === null) return;
    return shown?.put(element, () => {
      const kept = zoom.current.axis === axis ? zoom.current.range : null;
      const range = plot.current === null ? kept : plot.current.zoom;
      const drawn = { axis, isLog, isLogX, smoothing, keepAll };
      return { title, store, series, view: drawn, stepsPerEpoch, marks, zoom: range };
    });
  }, [shown, title, store, series, axis, isLog, isLogX, smoothing, keepAll, stepsPerEpoch, marks]);

  return (
    <section ref={section} className={classes.chart} aria-labelledby={titleId} data-testid={testId}>
      <header className={classes.header}>
        <h2 id={titleId} className={classes.title}>
          {title}
          {unit !== undefined && <span className={classes.unit}> {unit}</span>}
        </h2>
        <Legend
          readouts={readouts}
          store={store}
          series={series}
          axis={axis}
          stepsPerEpoch={stepsPerEpoch}
          summaryId={summaryId}
          marks={marks}
        />
        {tools}
        {!isTable && <ZoomReset readouts={readouts} plot={plot} />}
        <Tooltip label={t("charts.asTable")}>
          <ActionIcon
            variant={isTable ? "light" : "subtle"}
            color={isTable ? undefined : "gray"}
            size="sm"
            aria-label={t("charts.asTable")}
            aria-pressed={isTable}
            onClick={() => setIsTable(!isTable)}
          >
            <IconTable size={16} />
          </ActionIcon>
        </Tooltip>
      </header>
      {isTable ? (
        <ChartTable title={title} store={store} series={series} view={view} stepsPerEpoch={stepsPerEpoch} />
      ) : (
        <div className={classes.frame} style={{ minHeight: height }}>
          <div ref={frame} role="img" aria-labelledby={titleId} aria-describedby={summaryId} className={classes.plot} />
          {!isWaiting && <Empty readouts={readouts} />}
          <MarksHere readouts={readouts} />
        </div>
      )}
      {!isTable && <Outside readouts={readouts} keepAll={keepAll} onKeepAll={setKeepAll} />}
    </section>
  );
}

// Each listens to its own part of the readout: what a redraw changes draws nothing else of the chart anew.

function ZoomReset({ readouts, plot }: { readouts: Readouts; plot: RefObject<Plot | null> }) {
  const { t } = useTranslation("runs");
  const isZoomed = useReadout(readouts, (readout) => readout.isZoomed);
  if (!isZoomed) return null;
  return (
    <Tooltip label={t("charts.resetZoom")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={t("charts.resetZoom")}
        onClick={() => plot.current?.resetZoom()}
      >
        <IconZoomReset size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

function Empty({ readouts }: { readouts: Readouts }) {
  const { t } = useTranslation("runs");
  const isEmpty = useReadout(readouts, (readout) => readout.isEmpty);
  return isEmpty ? <p className={classes.empty}>{t("charts.empty")}</p> : null;
}

/** What the marks at the pointer say: the words of many that lie close together have no room on the chart. */
function MarksHere({ readouts }: { readouts: Readouts }) {
  const marks = useReadout(readouts, (readout) => readout.marks);
  return marks === "" ? null : <p className={classes.marks}>{marks}</p>;
}

interface OutsideProps {
  readouts: Readouts;
  keepAll: boolean;
  onKeepAll: (keepAll: boolean) => void;
}

/** How many values the frame cuts off, and the way to see them. */
function Outside({ readouts, keepAll, onKeepAll }: OutsideProps) {
  const { t } = useTranslation("runs");
  const count = useReadout(readouts, (readout) => readout.numOutside);
  return count > 0 || keepAll ? (
    <p className={classes.note}>
      {!keepAll && t("charts.outside", { count })} <KeepAll keepAll={keepAll} onKeepAll={onKeepAll} />
    </p>
  ) : null;
}

const KeepAll = memo(function KeepAll({ keepAll, onKeepAll }: Omit<OutsideProps, "readouts">) {
  const { t } = useTranslation("runs");
  return (
    <Button variant="subtle" size="compact-xs" onClick={() => onKeepAll(!keepAll)}>
      {keepAll ? t("charts.fitCurve") : t("charts.showAll")}
    </Button>
  );
});
