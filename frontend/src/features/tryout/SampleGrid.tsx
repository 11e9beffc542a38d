import { useTranslation } from "react-i18next";
import type { SamplesRead } from "@/api";
import { formatMetric, formatPercent, SeriesLines } from "@/ui";
import classes from "./tryout.module.css";

type Sample = SamplesRead["samples"][number];

/** Samples with what they are and what they were taken for. */
export function SampleGrid({ samples }: { samples: readonly Sample[] }) {
  const { t } = useTranslation("tryout");
  if (samples.length === 0) return null;
  if (samples[0]?.curve) return <CurveList samples={samples} />;
  if (!samples[0]?.picture) return <Rows samples={samples} />;
  return (
    <ul className={classes.grid} data-testid="samples">
      {samples.map((sample) => (
        <li key={sample.place} data-wrong={sample.target !== sample.predicted || undefined}>
          <img
            src={sample.picture ?? ""}
            alt={t("samples.alt", { place: sample.place, target: sample.target, predicted: sample.predicted })}
          />
          <span>
            {sample.target}
            {sample.target !== sample.predicted && <b> → {sample.predicted}</b>}
          </span>
          {typeof sample.probability === "number" && (
            <span className={classes.quiet}>{formatPercent(sample.probability)}</span>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Series as curves; of a forecast what came is dashed and what was said is dotted. */
function CurveList({ samples }: { samples: readonly Sample[] }) {
  const { t } = useTranslation("tryout");
  const isForecast = Object.keys(samples[0]?.curve?.actual ?? {}).length > 0;
  return (
    <>
      {isForecast && <p className={classes.quiet}>{t("samples.lines")}</p>}
      <ul className={classes.curves} data-testid="samples">
        {samples.map((sample) => (
          <li key={sample.place}>
            <SeriesLines
              channels={sample.curve?.channels ?? []}
              future={sample.curve?.actual ?? {}}
              predicted={sample.curve?.predicted ?? {}}
              label={t("samples.alt", {
                place: sample.place,
                target: sample.target.slice(0, 80),
                predicted: sample.predicted.slice(0, 80),
              })}
            />
            {!isForecast && (
              <span>
                {sample.target}
                {sample.target !== sample.predicted && <b> → {sample.predicted}</b>}
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Rows({ samples }: { samples: readonly Sample[] }) {
  const { t } = useTranslation("tryout");
  const isText = typeof samples[0]?.text === "string";
  const names = Object.keys(samples[0]?.values ?? {});
  const write = (value: string | number | null | undefined) =>
    typeof value === "number" ? formatMetric(value) : (value ?? "");
  return (
    <div className={classes.scroll}>
      <table className={classes.table} data-testid="samples">
        <thead>
          <tr>
            <th scope="col">{t("samples.target")}</th>
            <th scope="col">{t("samples.predicted")}</th>
            {isText && <th scope="col">{t("text.title")}</th>}
            {names.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {samples.map((sample) => (
            <tr key={sample.place}>
              <td>{sample.target}</td>
              <td>
                {sample.predicted}
                {typeof sample.probability === "number" && (
                  <span className={classes.quiet}> {formatPercent(sample.probability)}</span>
                )}
              </td>
              {isText && <td className={classes.wrapped}>{sample.text}</td>}
              {names.map((name) => (
                <td key={name}>{write(sample.values?.[name])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
