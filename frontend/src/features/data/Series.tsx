import { useTranslation } from "react-i18next";
import type { DatasetPreview } from "@/api";
import { rangeOf, SeriesLines, strokeOf } from "@/ui";
import classes from "./data.module.css";
import { formatDatum } from "./numbers";

type Curve = NonNullable<DatasetPreview["series"]>[number];

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

function Lines({ curve, channels }: { curve: Curve; channels: readonly string[] }) {
  const { t } = useTranslation("data");
  const [low, high] = rangeOf([...curve.channels, ...Object.values(curve.future)]);
  return (
    <SeriesLines
      channels={curve.channels}
      future={curve.future}
      label={t("series.of", {
        name: curve.name === "" ? channels.join(", ") : curve.name,
        steps: curve.channels[0]?.length ?? 0,
        low: formatDatum(low),
        high: formatDatum(high),
      })}
    />
  );
}
