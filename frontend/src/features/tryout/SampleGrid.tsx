import { useTranslation } from "react-i18next";
import type { SamplesRead } from "@/api";
import { formatMetric, formatPercent } from "@/ui";
import classes from "./tryout.module.css";

type Sample = SamplesRead["samples"][number];

/** Samples with what they are and what they were taken for. */
export function SampleGrid({ samples }: { samples: readonly Sample[] }) {
  const { t } = useTranslation("tryout");
  if (samples.length === 0) return null;
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

function Rows({ samples }: { samples: readonly Sample[] }) {
  const { t } = useTranslation("tryout");
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
