import { useTranslation } from "react-i18next";
import type { RateFinderRead } from "@/api";
import { formatMetric } from "@/ui";
import { formatRate, roundRate, scalesOf } from "./rates";
import classes from "./rates.module.css";

const WIDTH = 372;
const HEIGHT = 168;
const BOX = { left: 44, right: WIDTH - 12, top: 18, bottom: HEIGHT - 32 };

interface Props {
  found: RateFinderRead;
  /** The optimizer's learning rate as it is set. */
  now: number | null;
}

/** The loss over the learning rate, which has a log axis: single batches, their smooth curve, and what is suggested. */
export function RatePicture({ found, now }: Props) {
  const { t } = useTranslation("training");
  const { rates = [], losses = [], smoothed = [] } = found;
  const { x, y, ticks } = scalesOf(rates, smoothed, BOX);
  const line = (values: readonly number[]) =>
    values.map((value, index) => `${x(rates[index] ?? 1).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const lowest = Math.min(...smoothed);
  const words = t("rates.said", {
    first: formatRate(rates[0] ?? 0),
    last: formatRate(roundRate(rates.at(-1) ?? 0)),
    begin: formatMetric(smoothed[0] ?? 0),
    lowest: formatMetric(lowest),
    where: formatRate(roundRate(rates[smoothed.indexOf(lowest)] ?? 0)),
  });
  const isInside = now !== null && now >= (rates[0] ?? 0) && now <= (rates.at(-1) ?? 0);
  const suggested = [found.steepest, found.tenth].filter((rate) => typeof rate === "number");
  return (
    <svg
      className={classes.picture}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={`${t("rates.title")}. ${words}`}
      data-testid="rates-picture"
    >
      {ticks.map(({ rate, label }) => (
        <g key={label}>
          <line className={classes.grid} x1={x(rate)} x2={x(rate)} y1={BOX.top} y2={BOX.bottom} />
          <text x={x(rate)} y={BOX.bottom + 12} textAnchor="middle">
            {label}
          </text>
        </g>
      ))}
      {smoothed.length > 1 &&
        [Math.max(...smoothed), lowest].map((loss) => (
          <text key={loss} x={BOX.left - 5} y={y(loss) + 3} textAnchor="end">
            {formatMetric(loss)}
          </text>
        ))}
      <text x={BOX.right} y={HEIGHT - 5} textAnchor="end">
        {t("rates.axis")}
      </text>
      <polyline className={classes.batches} points={line(losses)} />
      <polyline className={classes.curve} points={line(smoothed)} />
      {isInside && (
        <g className={classes.now}>
          <line x1={x(now)} x2={x(now)} y1={BOX.top} y2={BOX.bottom} />
          <text x={x(now)} y={BOX.top - 6} textAnchor={x(now) > WIDTH - 60 ? "end" : "middle"}>
            {t("rates.now", { rate: formatRate(now) })}
          </text>
        </g>
      )}
      {suggested.map((rate) => (
        <circle key={rate} cx={x(rate)} cy={y(smoothed[rates.findIndex((one) => one >= rate)] ?? lowest)} r={4} />
      ))}
    </svg>
  );
}
