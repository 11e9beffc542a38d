import { useTranslation } from "react-i18next";
import type { DatasetPreview } from "@/api";
import { formatDatum, formatExact, rangeOf, SeriesLines, strokeOf } from "@/ui";
import classes from "./data.module.css";

type Curve = NonNullable<DatasetPreview["series"]>[number];

/** A curve of more steps takes the whole width. */
const MAX_NARROW_STEPS = 240;
const WIDE = { width: 960, height: 120 };

/** A few samples as curves: what the network sees, and dashed what it is to forecast. */
export function Series({
  series,
  channels,
  hasClasses,
}: {
  series: readonly Curve[];
  channels: readonly string[];
  hasClasses: boolean;
}) {
  const { t } = useTranslation("data");
  const isForecast = series.some(({ future }) => Object.keys(future).length > 0);
  return (
    <section className={classes.panel} aria-labelledby="data-series">
      <h2 id="data-series" className={classes.heading}>
        {t(isForecast ? "series.windows" : hasClasses ? "series.some" : "series.several")}
      </h2>
      {isForecast && <p className={classes.quiet}>{t("series.dashed")}</p>}
      <div className={classes.graphs}>
        {series.map((curve, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a sample is its place in the answer
          <figure key={number} className={classes.curve} data-wide={isLong(curve) || undefined}>
            <Lines curve={curve} channels={channels} />
            <Caption curve={curve} />
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

function isLong({ num_steps: steps }: Curve): boolean {
  return steps > MAX_NARROW_STEPS;
}

function Caption({ curve }: { curve: Curve }) {
  const { t } = useTranslation("data");
  const parts = [
    curve.name,
    isLong(curve) ? t("series.steps", { count: curve.num_steps, steps: formatExact(curve.num_steps) }) : "",
  ].filter(Boolean);
  return parts.length === 0 ? null : <figcaption>{parts.join(" · ")}</figcaption>;
}

function Lines({ curve, channels }: { curve: Curve; channels: readonly string[] }) {
  const { t } = useTranslation("data");
  const [low, high] = rangeOf([...curve.channels, ...Object.values(curve.future)]);
  return (
    <SeriesLines
      channels={curve.channels}
      future={curve.future}
      {...(isLong(curve) ? WIDE : {})}
      label={t("series.of", {
        name: curve.name === "" ? channels.join(", ") : curve.name,
        steps: curve.num_steps,
        low: formatDatum(low),
        high: formatDatum(high),
      })}
    />
  );
}
