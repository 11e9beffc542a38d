import { useTranslation } from "react-i18next";
import type { Curve } from "@/api";
import { formatExact, formatMetric } from "@/ui";
import classes from "./training.module.css";

const WIDTH = 300;
const HEIGHT = 72;

interface Props {
  curve: Curve;
  title: string;
  /** Steps at which one part hands over to the next. */
  borders?: readonly number[];
}

/** A small line over all steps, from zero to its highest value. */
export function CurvePicture({ curve, title, borders = [] }: Props) {
  const { t } = useTranslation("training");
  const { steps, values } = curve;
  const last = steps.at(-1) ?? 1;
  const first = steps[0] ?? 1;
  const highest = Math.max(...values, Number.MIN_VALUE);
  const x = (step: number) => (last === first ? WIDTH / 2 : ((step - first) / (last - first)) * WIDTH);
  const y = (value: number) => HEIGHT - (value / highest) * (HEIGHT - 4) - 2;
  const points = steps.map((step, index) => `${x(step).toFixed(1)},${y(values[index] ?? 0).toFixed(1)}`);
  const words = t("schedule.said", {
    first: formatMetric(values[0] ?? 0),
    highest: formatMetric(highest),
    last: formatMetric(values.at(-1) ?? 0),
    steps: formatExact(last),
  });
  return (
    <figure className={classes.curve} data-testid="train-curve">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${title}. ${words}`}>
        {borders.map((step) => (
          <line key={step} x1={x(step)} x2={x(step)} y1={0} y2={HEIGHT} />
        ))}
        {points.length === 1 ? (
          <circle cx={x(first)} cy={y(values[0] ?? 0)} r={3} />
        ) : (
          <polyline points={points.join(" ")} />
        )}
      </svg>
      <figcaption>
        <span>{formatMetric(values[0] ?? 0)}</span>
        <span>{t("schedule.stepsAndHighest", { number: formatExact(last), highest: formatMetric(highest) })}</span>
        <span>{formatMetric(values.at(-1) ?? 0)}</span>
      </figcaption>
    </figure>
  );
}
