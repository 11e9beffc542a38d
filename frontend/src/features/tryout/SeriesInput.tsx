import { Select, Textarea } from "@mantine/core";
import { type PointerEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { TrialRead } from "@/api";
import { SeriesLines } from "@/ui";
import { readSteps, type Steps, toChannels, toFuture, withValue, writeSteps } from "./seriesText";
import classes from "./tryout.module.css";

interface Props {
  shape: NonNullable<TrialRead["series"]>;
  steps: Steps;
  /** What is forecast behind the steps; empty where classes are told. */
  forecast: readonly number[];
  onChange: (steps: Steps) => void;
}

const [WIDTH, HEIGHT, PAD] = [560, 200, 4];

/** A series is drawn with the pointer or pasted as numbers; what is forecast is drawn on. */
export function SeriesInput({ shape, steps, forecast, onChange }: Props) {
  const { t } = useTranslation("tryout");
  const [text, setText] = useState(() => writeSteps(steps));
  const [error, setError] = useState<string | null>(null);
  const [channel, setChannel] = useState(0);
  const isDrawing = useRef(false);
  const count = shape.channels.length;
  const room = 0.1 * (Math.max(...shape.maximum) - Math.min(...shape.minimum)) || 1;
  const range = [Math.min(...shape.minimum) - room, Math.max(...shape.maximum) + room] as const;
  const total = shape.steps + shape.horizon;
  // A longer series is drawn as far as the network sees it: the latest steps.
  const seen = steps.slice(-shape.steps);

  const type = (next: string) => {
    setText(next);
    const read = readSteps(next, count);
    if (!Array.isArray(read)) return setError(t("series.bad", { line: read.line, cell: read.cell }));
    setError(null);
    onChange(read);
  };
  const draw = (event: PointerEvent<SVGSVGElement>) => {
    if (!isDrawing.current) return;
    const box = event.currentTarget.getBoundingClientRect();
    const across = (((event.clientX - box.left) / box.width) * WIDTH - PAD) / (WIDTH - 2 * PAD);
    const up = (HEIGHT - PAD - ((event.clientY - box.top) / box.height) * HEIGHT) / (HEIGHT - 2 * PAD);
    const step = Math.min(shape.steps - 1, Math.max(0, Math.round(across * (total - 1))));
    const value = range[0] + Math.min(1, Math.max(0, up)) * (range[1] - range[0]);
    const after = withValue(seen, step, channel, Number(value.toPrecision(5)), count);
    setText(writeSteps(after));
    setError(null);
    onChange(after);
  };
  return (
    <section className={classes.panel} aria-label={t("series.title")} data-testid="try-series">
      <h2 className={classes.heading}>{t("series.title")}</h2>
      <p className={classes.quiet}>{t("series.hint", { count: shape.steps, channels: shape.channels.join(", ") })}</p>
      {count > 1 && (
        <Select
          size="xs"
          mb="xs"
          label={t("series.channel")}
          data={shape.channels.map((name, place) => ({ value: String(place), label: name }))}
          value={String(channel)}
          onChange={(place) => setChannel(Number(place))}
          allowDeselect={false}
        />
      )}
      <div className={classes.series}>
        <SeriesLines
          channels={toChannels(seen, count)}
          future={toFuture(forecast, shape.forecast)}
          label={t("series.drawing")}
          width={WIDTH}
          height={HEIGHT}
          range={range}
          minSteps={total}
          onPointerDown={(event) => {
            isDrawing.current = true;
            event.currentTarget.setPointerCapture(event.pointerId);
            draw(event);
          }}
          onPointerMove={draw}
          onPointerUp={() => {
            isDrawing.current = false;
          }}
        />
      </div>
      <Textarea
        mt="xs"
        label={t("series.values")}
        autosize
        minRows={4}
        maxRows={10}
        value={text}
        error={error}
        onChange={(event) => type(event.currentTarget.value)}
      />
    </section>
  );
}
