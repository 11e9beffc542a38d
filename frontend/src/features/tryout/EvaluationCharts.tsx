import { useTranslation } from "react-i18next";
import type { EvaluationRead } from "@/api";
import { NUM_COLORS } from "@/features/charts";
import { formatMetric } from "@/ui";
import classes from "./tryout.module.css";

type Curve = NonNullable<EvaluationRead["roc"]>[number];
type CalibrationRead = NonNullable<EvaluationRead["calibration"]>;
type ErrorsRead = NonNullable<EvaluationRead["errors"]>;
type NumbersRead = NonNullable<EvaluationRead["numbers"]>[number];

const SIDE = 240;
const PAD = 34;

const x = (share: number) => PAD + share * (SIDE - PAD - 8);
const y = (share: number) => 8 + (1 - share) * (SIDE - PAD - 8);

function Frame({
  title,
  across,
  up,
  hasShares = false,
  children,
}: {
  title: string;
  across: string;
  up: string;
  /** Both axes go from 0 to 1. */
  hasShares?: boolean;
  children: React.ReactNode;
}) {
  return (
    <svg viewBox={`0 0 ${SIDE} ${SIDE}`} className={classes.chart} role="img" aria-label={title}>
      <rect x={x(0)} y={y(1)} width={x(1) - x(0)} height={y(0) - y(1)} className={classes.chartFrame} />
      <text x={x(0.5)} y={SIDE - 6} textAnchor="middle" className={classes.chartText}>
        {across}
      </text>
      <text transform={`translate(11 ${y(0.5)}) rotate(-90)`} textAnchor="middle" className={classes.chartText}>
        {up}
      </text>
      {hasShares &&
        [0, 1].map((end) => (
          <g key={end} className={classes.chartText}>
            <text x={x(end)} y={SIDE - 20} textAnchor="middle">
              {end}
            </text>
            <text x={x(0) - 5} y={y(end) + 4} textAnchor="end">
              {end}
            </text>
          </g>
        ))}
      {children}
    </svg>
  );
}

const color = (index: number) => `var(--nw-series-${(index % NUM_COLORS) + 1})`;
const path = (xs: readonly number[], ys: readonly number[]) =>
  xs
    .map((value, index) => `${index === 0 ? "M" : "L"}${x(value).toFixed(1)} ${y(ys[index] as number).toFixed(1)}`)
    .join("");

/** One curve a class against all others, with the area below it. */
export function Curves({ kind, curves }: { kind: "roc" | "precisionRecall"; curves: readonly Curve[] }) {
  const { t } = useTranslation("tryout");
  const title = t(`chart.${kind}`);
  return (
    <section className={classes.panel} aria-label={title} data-testid={`chart-${kind}`}>
      <h2 className={classes.heading}>{title}</h2>
      <div className={classes.chartRow}>
        <Frame title={title} across={t(`chart.${kind}Across`)} up={t(`chart.${kind}Up`)} hasShares>
          {kind === "roc" && <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} className={classes.chartDiagonal} />}
          {curves.map((curve, index) => (
            <path
              key={curve.name}
              d={path(curve.x, curve.y)}
              fill="none"
              strokeDasharray={index >= NUM_COLORS ? "5 3" : undefined}
              style={{ stroke: color(index) }}
            />
          ))}
        </Frame>
        <ul className={classes.areas}>
          {curves.map((curve, index) => (
            <li key={curve.name}>
              <i style={{ color: color(index) }} data-dashed={index >= NUM_COLORS || undefined} aria-hidden />
              {curve.name} <b>{curve.area === null ? "-" : formatMetric(curve.area)}</b>
            </li>
          ))}
        </ul>
      </div>
      <p className={classes.quiet}>{t(`chart.${kind}Hint`)}</p>
    </section>
  );
}

/** How often the network is right when it is so sure. */
export function Calibration({ calibration }: { calibration: CalibrationRead }) {
  const { t } = useTranslation("tryout");
  const title = t("chart.calibration");
  const num = calibration.counts.length;
  return (
    <section className={classes.panel} aria-label={title} data-testid="chart-calibration">
      <h2 className={classes.heading}>{title}</h2>
      <Frame title={title} across={t("chart.calibrationAcross")} up={t("chart.calibrationUp")} hasShares>
        {calibration.accuracy.map((share, index) =>
          share === null ? null : (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
              key={index}
              x={x(index / num) + 1}
              y={y(share)}
              width={(x(1) - x(0)) / num - 2}
              height={y(0) - y(share)}
              className={classes.chartBar}
            >
              <title>{t("chart.bin", { count: calibration.counts[index] ?? 0, share: formatMetric(share) })}</title>
            </rect>
          ),
        )}
        <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} className={classes.chartDiagonal} />
      </Frame>
      <p className={classes.quiet}>{t("chart.calibrationHint", { error: formatMetric(calibration.error) })}</p>
    </section>
  );
}

/** Predicted against actual; on the diagonal it is right. */
export function Scatter({ numbers }: { numbers: NumbersRead }) {
  const { t } = useTranslation("tryout");
  const all = [...numbers.actual, ...numbers.predicted];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const at = (value: number) => (high === low ? 0.5 : (value - low) / (high - low));
  const title = t("chart.scatter", { name: numbers.name });
  return (
    <section className={classes.panel} aria-label={title} data-testid="chart-scatter">
      <h2 className={classes.heading}>{title}</h2>
      <Frame title={title} across={t("chart.actual")} up={t("chart.predicted")}>
        <line x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} className={classes.chartDiagonal} />
        <Dots across={numbers.actual.map(at)} up={numbers.predicted.map(at)} low={low} high={high} />
      </Frame>
    </section>
  );
}

interface DotsProps {
  /** Of each sample the place in the frame, from 0 to 1. */
  across: number[];
  up: number[];
  /** What stands at the two ends of the lower axis. */
  low: number;
  high: number;
}

/** A dot for each sample. */
function Dots({ across, up, low, high }: DotsProps) {
  return (
    <>
      {across.map((share, index) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: a sample is its place
          key={index}
          cx={x(share)}
          cy={y(up[index] as number)}
          r={2}
          className={classes.chartDot}
        />
      ))}
      <text x={x(0)} y={SIDE - 20} className={classes.chartText}>
        {formatMetric(low)}
      </text>
      <text x={x(1)} y={SIDE - 20} textAnchor="end" className={classes.chartText}>
        {formatMetric(high)}
      </text>
    </>
  );
}

/** How far off each answer is, against what it should be; on the dashed line it is right. */
export function Residuals({ numbers }: { numbers: NumbersRead }) {
  const { t } = useTranslation("tryout");
  const off = numbers.actual.map((actual, index) => (numbers.predicted[index] as number) - actual);
  const [low, high] = [Math.min(...numbers.actual), Math.max(...numbers.actual)];
  const furthest = Math.max(...off.map(Math.abs)) || 1;
  const across = (value: number) => (high === low ? 0.5 : (value - low) / (high - low));
  const up = (value: number) => 0.5 + value / (2 * furthest);
  const title = t("chart.residuals", { name: numbers.name });
  return (
    <section className={classes.panel} aria-label={title} data-testid="chart-residuals">
      <h2 className={classes.heading}>{title}</h2>
      <Frame title={title} across={t("chart.actual")} up={t("chart.residual")}>
        <line x1={x(0)} y1={y(0.5)} x2={x(1)} y2={y(0.5)} className={classes.chartDiagonal} />
        <Dots across={numbers.actual.map(across)} up={off.map(up)} low={low} high={high} />
        <text x={x(0) + 3} y={y(1) + 11} className={classes.chartText}>
          {formatMetric(furthest)}
        </text>
        <text x={x(0) + 3} y={y(0) - 4} className={classes.chartText}>
          {formatMetric(-furthest)}
        </text>
      </Frame>
      <p className={classes.quiet}>{t("chart.residualsHint")}</p>
    </section>
  );
}

/** How many samples were given back with which error. */
export function Errors({ errors }: { errors: ErrorsRead }) {
  const { t } = useTranslation("tryout");
  const title = t("chart.errors");
  const num = errors.counts.length;
  const most = Math.max(...errors.counts, 1);
  return (
    <div className={classes.pair} data-testid="chart-errors">
      <section className={classes.panel} aria-label={title}>
        <h2 className={classes.heading}>{title}</h2>
        <Frame title={title} across={t("evaluation.mae")} up={t("perClass.support")}>
          {errors.counts.map((count, index) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: a bin is its place
              key={index}
              x={x(index / num) + 0.5}
              y={y(count / most)}
              width={(x(1) - x(0)) / num - 1}
              height={y(0) - y(count / most)}
              className={classes.chartBar}
            >
              <title>
                {t("chart.errorBin", {
                  count,
                  from: formatMetric(errors.edges[index] ?? 0),
                  to: formatMetric(errors.edges[index + 1] ?? 0),
                })}
              </title>
            </rect>
          ))}
          <text x={x(0)} y={SIDE - 20} className={classes.chartText}>
            {formatMetric(errors.edges[0] ?? 0)}
          </text>
          <text x={x(1)} y={SIDE - 20} textAnchor="end" className={classes.chartText}>
            {formatMetric(errors.edges[num] ?? 0)}
          </text>
        </Frame>
      </section>
      <dl className={classes.figures}>
        <dt>{t("evaluation.mae")}</dt>
        <dd>{formatMetric(errors.mean_absolute_error)}</dd>
        <dt>{t("evaluation.rmse")}</dt>
        <dd>{formatMetric(errors.root_mean_squared_error)}</dd>
      </dl>
    </div>
  );
}
