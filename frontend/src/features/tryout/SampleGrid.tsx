import { useTranslation } from "react-i18next";
import type { GraphShape, SamplesRead } from "@/api";
import { formatDatum, formatMetric, formatPercent, SeriesLines } from "@/ui";
import masks from "./masks.module.css";
import classes from "./tryout.module.css";

type Sample = SamplesRead["samples"][number];

interface Props {
  samples: readonly Sample[];
  /** Of graphs: what the number of a sample counts. */
  numbered?: GraphShape["sample"];
}

/** Samples with what they are and what they were taken for. */
export function SampleGrid({ samples, numbered }: Props) {
  const { t } = useTranslation("tryout");
  if (samples.length === 0) return null;
  if (samples[0]?.curve) return <CurveList samples={samples} />;
  if (samples[0]?.mask || samples[0]?.rebuilt) return <Pairs samples={samples} />;
  if (!samples[0]?.picture) return <Rows samples={samples} numbered={numbered} />;
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

/** What was wanted beside what came: masks over their picture, or a picture and its copy. */
function Pairs({ samples }: { samples: readonly Sample[] }) {
  const { t } = useTranslation("tryout");
  return (
    <ul className={masks.pairs} data-testid="samples">
      {samples.map((sample) => (
        <li key={sample.place}>
          <div>
            {[sample.target_mask, sample.mask ?? sample.rebuilt].map((shown, which) => (
              <figure key={which === 0 ? "wanted" : "came"} className={masks.figure}>
                {(sample.mask || which === 0) && <img src={sample.picture ?? ""} alt="" />}
                {shown && (
                  <img
                    src={shown}
                    className={sample.mask ? masks.strong : undefined}
                    alt={t(which === 0 ? "samples.wanted" : "samples.came", { place: sample.place })}
                  />
                )}
              </figure>
            ))}
          </div>
          <span>
            {typeof sample.right === "number"
              ? t("samples.right", { share: formatPercent(sample.right) })
              : t("samples.error", { error: formatMetric(sample.error ?? 0) })}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Rows({ samples, numbered }: Props) {
  const { t } = useTranslation("tryout");
  const hasTarget = typeof samples[0]?.error !== "number";
  const isText = typeof samples[0]?.text === "string";
  const names = Object.keys(samples[0]?.values ?? {});
  const write = (value: string | number | null | undefined) =>
    typeof value === "number" ? formatDatum(value) : (value ?? "");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t("samples.table")}>
      <table className={classes.table} data-testid="samples">
        <thead>
          <tr>
            {numbered && <th scope="col">{t(`graph.number.${numbered}`)}</th>}
            {hasTarget && <th scope="col">{t("samples.target")}</th>}
            <th scope="col">{t(hasTarget ? "samples.predicted" : "evaluation.mae")}</th>
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
              {numbered && <th scope="row">{sample.number}</th>}
              {hasTarget && <td>{sample.target}</td>}
              <td>
                {hasTarget ? sample.predicted : formatMetric(sample.error ?? 0)}
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
    </section>
  );
}
