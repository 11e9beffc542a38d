import { useTranslation } from "react-i18next";
import type { DatasetPreview } from "@/api";
import classes from "./data.module.css";
import { formatDatum } from "./numbers";

type Curve = NonNullable<DatasetPreview["series"]>[number];

const WIDTH = 240;
const HEIGHT = 90;
const PAD = 4;

/** A few samples as curves: what the network sees, and dashed what it is to forecast. */
export function Series({ series, channels }: { series: readonly Curve[]; channels: readonly string[] }) {
  const { t } = useTranslation("data");
  const isForecast = series.some(({ future }) => Object.keys(future).length > 0);
  return (
    <section className={classes.panel} aria-labelledby="data-series">
      <h2 id="data-series" className={classes.heading}>
        {t(isForecast ? "series.windows" : "series.some")}
      </h2>
      {isForecast && <p className={classes.quiet}>{t("series.dashed")}</p>}
      <div className={classes.graphs}>
        {series.map((curve, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a sample is its place in the answer
          <figure key={number} className={classes.curve}>
            <Lines curve={curve} channels={channels} />
            {curve.name !== "" && <figcaption>{curve.name}</figcaption>}
          </figure>
        ))}
      </div>
      {channels.length > 1 && (
        <ul className={classes.graphLegend}>
          {channels.map((name, channel) => (
            <li key={name}>
              <svg width={14} height={8} aria-hidden className={classes.lines}>
                <path d="M0 4H14" style={strokeOf(channel)} />
              </svg>
              {name}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const NUM_COLOURS = 8;

function strokeOf(channel: number) {
  return { stroke: `var(--nw-series-${(channel % NUM_COLOURS) + 1})` };
}

function Lines({ curve, channels }: { curve: Curve; channels: readonly string[] }) {
  const { t } = useTranslation("data");
  const futures = Object.entries(curve.future).map(([channel, values]) => ({ channel: Number(channel), values }));
  const known = [...curve.channels.flat(), ...futures.flatMap(({ values }) => values)].filter((one) => one !== null);
  const low = Math.min(...known);
  const high = Math.max(...known);
  const steps = curve.channels[0]?.length ?? 0;
  const total = steps + Math.max(0, ...futures.map(({ values }) => values.length));
  const x = (step: number) => PAD + (step / Math.max(1, total - 1)) * (WIDTH - 2 * PAD);
  const y = (value: number) => HEIGHT - PAD - ((value - low) / (high - low || 1)) * (HEIGHT - 2 * PAD);
  const path = (values: readonly (number | null)[], start = 0) =>
    values
      .map((value, step) =>
        value === null
          ? ""
          : `${isBegun(values, step) ? "L" : "M"}${x(start + step).toFixed(1)} ${y(value).toFixed(1)}`,
      )
      .join("");
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      className={classes.lines}
      role="img"
      aria-label={t("series.of", {
        name: curve.name === "" ? channels.join(", ") : curve.name,
        steps,
        low: formatDatum(low),
        high: formatDatum(high),
      })}
    >
      {curve.channels.map((values, channel) => (
        <path key={channels[channel]} d={path(values)} style={strokeOf(channel)} />
      ))}
      {futures.map(({ channel, values }) => (
        <path
          key={channels[channel]}
          d={path([curve.channels[channel]?.at(-1) ?? null, ...values], steps - 1)}
          style={strokeOf(channel)}
          data-future
        />
      ))}
    </svg>
  );
}

function isBegun(values: readonly (number | null)[], step: number): boolean {
  return step > 0 && values[step - 1] !== null;
}
