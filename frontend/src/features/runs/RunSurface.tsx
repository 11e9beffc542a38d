import { Slider } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { NUM_COLORS } from "@/features/charts";
import { formatMetric } from "@/ui";
import type { SurfaceEvent } from "./runSession";
import classes from "./runs.module.css";
import { finite, paintPlane, parseColor, placeIn, spread } from "./surface";

interface Props {
  surfaces: readonly SurfaceEvent[];
}

const WIDTH = 520;
const HEIGHT = 400;

/** What the network answers all over its input, epoch by epoch: the decision boundary as it moves, or the curve it fits. */
export function RunSurface({ surfaces }: Props) {
  const { t } = useTranslation("runs");
  const [chosen, setChosen] = useState<number | null>(null);
  const last = surfaces.length - 1;
  const place = Math.min(chosen ?? last, last);
  const surface = surfaces[place];
  const points = surfaces.find((one) => (one.points?.length ?? 0) > 0)?.points ?? [];
  if (surface === undefined) return null;
  const labels = surface.classes ?? [];
  const isPlane = surface.features.length === 2;
  return (
    <section className={classes.panel} aria-labelledby="surface-title" data-testid="run-surface">
      <h2 id="surface-title" className={classes.heading}>
        {isPlane && labels.length > 0 ? t("surface.boundary") : t("surface.answers")}
      </h2>
      <p className={classes.surfaceHint}>{t(labels.length > 0 ? "surface.hintClass" : "surface.hintNumber")}</p>
      <div className={classes.surface}>
        <Drawing surface={surface} points={points} numClasses={labels.length} />
        <span className={classes.surfaceX}>{surface.features[0]}</span>
        {isPlane && <span className={classes.surfaceY}>{surface.features[1]}</span>}
      </div>
      {labels.length > 0 && (
        <ul className={classes.surfaceLegend}>
          {labels.map((label, index) => (
            <li key={label}>
              <i style={{ background: `var(--nw-series-${(index % NUM_COLORS) + 1})` }} />
              {label}
            </li>
          ))}
        </ul>
      )}
      <div className={classes.surfaceEpoch}>
        <span>{t("surface.epoch", { epoch: surface.epoch })}</span>
        {last > 0 && (
          <Slider
            className={classes.grow}
            size="sm"
            min={0}
            max={last}
            value={place}
            label={(value) => t("surface.epoch", { epoch: surfaces[value]?.epoch ?? 0 })}
            thumbLabel={t("surface.choose")}
            // At the right end it follows the training again.
            onChange={(value) => setChosen(value === last ? null : value)}
          />
        )}
      </div>
    </section>
  );
}

interface DrawingProps {
  surface: SurfaceEvent;
  points: readonly number[][];
  numClasses: number;
}

function Drawing({ surface, points, numClasses }: DrawingProps) {
  const { t } = useTranslation("runs");
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const draw = () => {
      context.clearRect(0, 0, WIDTH, HEIGHT);
      if (surface.features.length === 2) drawPlane(context, element, surface, points, numClasses);
      else drawLine(context, element, surface, points);
    };
    draw();
    // The theme's colours are read from the page: they change with it.
    const observer = new MutationObserver(draw);
    observer.observe(document.documentElement, { attributeFilter: ["data-mantine-color-scheme"] });
    return () => observer.disconnect();
  }, [surface, points, numClasses]);
  const [x, y] = surface.ranges;
  return (
    <>
      <canvas
        ref={canvas}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={t("surface.picture", { epoch: surface.epoch, features: surface.features.join(", ") })}
      />
      <span className={classes.surfaceRange} aria-hidden>
        {[x, y]
          .flatMap((range) => (range === undefined ? [] : [range.map((value) => formatMetric(value)).join(" … ")]))
          .join(" · ")}
      </span>
    </>
  );
}

function colorsOf(element: Element) {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const series = Array.from({ length: NUM_COLORS }, (_, index) => read(`--nw-series-${index + 1}`));
  return { series, surface: read("--nw-surface"), quiet: read("--nw-text-quiet") };
}

function drawPlane(
  context: CanvasRenderingContext2D,
  element: Element,
  surface: SurfaceEvent,
  points: readonly number[][],
  numClasses: number,
): void {
  const colors = colorsOf(element);
  const plane = new OffscreenCanvas(surface.size, surface.size);
  const pixels = paintPlane(surface, colors.series.map(parseColor), numClasses);
  plane.getContext("2d")?.putImageData(new ImageData(new Uint8ClampedArray(pixels), surface.size), 0, 0);
  // A class has a border; a number changes smoothly.
  context.imageSmoothingEnabled = numClasses === 0 || (surface.confidence?.length ?? 0) > 0;
  context.drawImage(plane, 0, 0, WIDTH, HEIGHT);
  const [rangeX, rangeY] = surface.ranges;
  if (!rangeX || !rangeY) return;
  const [low, high] = spread(points.map(([, , target]) => target ?? 0));
  for (const [x = 0, y = 0, target = 0] of points) {
    const color =
      numClasses > 0 ? colors.series[target % NUM_COLORS] : colors.series[placeIn([low, high], target) < 0.5 ? 0 : 1];
    drawPoint(context, placeIn(rangeX, x), placeIn(rangeY, y), color ?? colors.quiet, colors.surface);
  }
}

function drawLine(
  context: CanvasRenderingContext2D,
  element: Element,
  surface: SurfaceEvent,
  points: readonly number[][],
): void {
  const colors = colorsOf(element);
  const [range] = surface.ranges;
  if (!range) return;
  const all = spread([...finite(surface.values), ...points.map(([, target]) => target ?? 0)]);
  for (const [x = 0, y = 0] of points) {
    drawPoint(context, placeIn(range, x), placeIn(all, y), colors.series[0] ?? colors.quiet, colors.surface);
  }
  context.strokeStyle = colors.series[1] ?? colors.quiet;
  context.lineWidth = 2;
  context.beginPath();
  surface.values.forEach((value, index) => {
    const y = HEIGHT * (1 - placeIn(all, Number(value)));
    context.lineTo((WIDTH * index) / (surface.size - 1), y);
  });
  context.stroke();
}

function drawPoint(context: CanvasRenderingContext2D, x: number, y: number, color: string, edge: string): void {
  context.beginPath();
  context.arc(WIDTH * x, HEIGHT * (1 - y), 3, 0, 2 * Math.PI);
  context.fillStyle = color;
  context.fill();
  context.strokeStyle = edge;
  context.lineWidth = 1;
  context.stroke();
}
