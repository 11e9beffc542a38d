import { ActionIcon, Button, Tooltip, useComputedColorScheme } from "@mantine/core";
import { IconTable, IconZoomReset } from "@tabler/icons-react";
import { useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import "uplot/dist/uPlot.min.css";
import { ChartTable } from "./ChartTable";
import type { Range } from "./frame";
import classes from "./LineChart.module.css";
import type { MetricStore } from "./metricStore";
import { type ChartSeries, type ChartView, type Mark, Plot, type Readout } from "./plot";
import { summarise } from "./summary";
import { formatValue, formatX } from "./ticks";

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
}

const NO_MARKS: readonly Mark[] = [];
const EMPTY: Readout = { x: null, values: [], numOutside: 0, isZoomed: false, isEmpty: true };

/** A live chart: drag to zoom, double-click to see all again; an update never moves what is zoomed. */
export function LineChart(props: Props) {
  const { title, unit, store, series, view, stepsPerEpoch, marks = NO_MARKS, height = 240, testId } = props;
  const { t } = useTranslation("runs");
  const scheme = useComputedColorScheme();
  const titleId = useId();
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const zoom = useRef<{ axis: string; range: Range | null }>({ axis: view.axis, range: null });
  const [readout, setReadout] = useState(EMPTY);
  const [isTable, setIsTable] = useState(false);
  const [keepAll, setKeepAll] = useState(false);
  const { axis, isLog, smoothing } = view;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the canvas takes its colours from the scheme
  useEffect(() => {
    const element = frame.current;
    if (element === null || isTable) return;
    const created = new Plot({
      element,
      store,
      series,
      view: { axis, isLog, smoothing, keepAll },
      stepsPerEpoch,
      marks,
      height,
      onReadout: setReadout,
      zoom: zoom.current.axis === axis ? zoom.current.range : null,
    });
    plot.current = created;
    return () => {
      zoom.current = { axis, range: created.zoom };
      created.destroy();
      plot.current = null;
    };
  }, [store, series, axis, isLog, smoothing, keepAll, stepsPerEpoch, marks, height, isTable, scheme]);

  const describe = () =>
    series
      .map((one) => {
        const buffer = store.buffer(one.name);
        const summary = buffer === undefined ? null : summarise(buffer, axis, stepsPerEpoch);
        if (summary === null) return t("charts.noPoints", { name: one.label });
        return t("charts.summary", {
          name: one.label,
          last: formatValue(summary.last.value),
          x: formatX(summary.last.x, axis),
          axis: t(`charts.axes.${axis}`).toLowerCase(),
          lowest: formatValue(summary.lowest?.value ?? null),
          highest: formatValue(summary.highest?.value ?? null),
        });
      })
      .join(" ");

  return (
    <section className={classes.chart} aria-labelledby={titleId} data-testid={testId}>
      <header className={classes.header}>
        <h3 id={titleId} className={classes.title}>
          {title}
          {unit !== undefined && <span className={classes.unit}> {unit}</span>}
        </h3>
        <ul className={classes.legend}>
          {series.map((one, index) => (
            <li key={one.name}>
              <span
                className={classes.swatch}
                style={{ background: `var(--nw-series-${((one.color - 1) % 8) + 1})` }}
              />
              {one.label} <b>{formatValue(readout.values[index])}</b>
            </li>
          ))}
          {readout.x !== null && (
            <li className={classes.place}>
              {t("charts.at", { axis: t(`charts.axes.${axis}`).toLowerCase(), x: formatX(readout.x, axis) })}
            </li>
          )}
        </ul>
        {readout.isZoomed && !isTable && (
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
        )}
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
          <div ref={frame} role="img" aria-label={`${title}. ${describe()}`} className={classes.plot} />
          {readout.isEmpty && <p className={classes.empty}>{t("charts.empty")}</p>}
        </div>
      )}
      {!isTable && (readout.numOutside > 0 || keepAll) && (
        <p className={classes.note}>
          {!keepAll && t("charts.outside", { count: readout.numOutside })}{" "}
          <Button variant="subtle" size="compact-xs" onClick={() => setKeepAll(!keepAll)}>
            {keepAll ? t("charts.fitCurve") : t("charts.showAll")}
          </Button>
        </p>
      )}
    </section>
  );
}
