import { useTranslation } from "react-i18next";
import type { PredictRead, TrialRead } from "@/api";
import { formatMetric, formatPercent } from "@/ui";
import { MaskAnswer } from "./MaskAnswer";
import { RebuiltAnswer } from "./RebuiltAnswer";
import classes from "./tryout.module.css";
import { VertexAnswers } from "./VertexAnswers";

type Prediction = PredictRead["predictions"][number];

interface Props {
  trial: TrialRead;
  /** Whether there is an input that can be answered. */
  isAsked: boolean;
  prediction: Prediction | undefined;
  error: Error | null;
  isFetching: boolean;
}

/** With more classes only the likeliest are shown. */
const MAX_BARS = 12;

/** What the network answers, with how sure it is, and the picture as the network saw it. */
export function Answer({ trial, isAsked, prediction, error, isFetching }: Props) {
  const { t } = useTranslation("tryout");
  return (
    <section className={classes.panel} aria-label={t("answer.title")} aria-busy={isFetching} data-testid="answer">
      <h2 className={classes.heading}>{t("answer.title")}</h2>
      {error !== null && <p className={classes.error}>{error.message}</p>}
      {error === null && prediction === undefined && (
        <p className={classes.quiet}>
          {t(isAsked ? "answer.waiting" : trial.kind === "image" ? "answer.draw" : "answer.empty")}
        </p>
      )}
      {error === null && prediction !== undefined && <Chosen trial={trial} prediction={prediction} />}
    </section>
  );
}

function Chosen({ trial, prediction }: { trial: TrialRead; prediction: Prediction }) {
  if (prediction.mask) return <MaskAnswer trial={trial} mask={prediction.mask} seen={prediction.seen ?? ""} />;
  if (prediction.rebuilt) return <RebuiltAnswer rebuilt={prediction.rebuilt} seen={prediction.seen ?? null} />;
  if (prediction.vertices?.length) return <VertexAnswers trial={trial} vertices={prediction.vertices} />;
  return <Told trial={trial} prediction={prediction} />;
}

function Told({ trial, prediction }: { trial: TrialRead; prediction: Prediction }) {
  const { t } = useTranslation("tryout");
  const { label, labels, probabilities = [], values = [], seen, tokens = [], num_cut = 0 } = prediction;
  const rows = probabilities
    .map((value, index) => ({ name: trial.classes[index] ?? String(index), value }))
    .map((row, index) => ({ ...row, index }));
  const shown = rows.length > MAX_BARS ? [...rows].sort((a, b) => b.value - a.value).slice(0, MAX_BARS) : rows;
  const numbers = (trial.target_columns ?? []).map((name, index) => ({ name, value: values[index] ?? Number.NaN }));
  const highest = Math.max(...rows.map((row) => Math.abs(row.value)), 1e-9);
  return (
    <>
      {numbers.length === 0 && (
        <p className={classes.label} aria-live="polite" data-testid="answer-label">
          {labels && (labels.length === 0 ? t("answer.noLabel") : labels.join(", "))}
          {label ??
            values
              .slice(0, MAX_BARS)
              .map((value) => formatMetric(value))
              .join(", ") + (values.length > MAX_BARS ? ", …" : "")}
          {label !== null && label !== undefined && trial.are_probabilities && (
            <span className={classes.quiet}> {formatPercent(Math.max(...probabilities))}</span>
          )}
          {values.length > 0 && <span className={classes.quiet}> {trial.target_name}</span>}
        </p>
      )}
      {numbers.length > 0 && <Numbers numbers={numbers} />}
      {shown.length > 0 && (
        <table className={classes.bars}>
          <caption className={classes.quiet}>
            {trial.task === "multilabel"
              ? t(trial.are_probabilities ? "answer.probabilityLabel" : "answer.scoreLabel")
              : t(trial.are_probabilities ? "answer.probability" : "answer.score")}
          </caption>
          <tbody>
            {shown.map((row) => (
              <tr key={row.index} data-best={row.name === label || labels?.includes(row.name) || undefined}>
                <th scope="row" className={classes.best}>
                  {row.name}
                </th>
                <td>
                  <span
                    className={classes.bar}
                    data-color-tells
                    style={{
                      width: `${Math.max(0, trial.are_probabilities ? row.value : row.value / highest) * 100}%`,
                    }}
                  />
                </td>
                <td className={classes.number} title={String(row.value)}>
                  {trial.are_probabilities ? formatPercent(row.value) : formatMetric(row.value)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {tokens.length > 0 && (
        <div className={classes.tokens} data-testid="answer-tokens">
          <p className={classes.quiet}>{t("answer.tokens")}</p>
          {tokens.map((token, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a token is its place in the text
            <span key={place} data-unknown={!token.is_known || undefined}>
              {token.text.replaceAll(" ", "␣")}
            </span>
          ))}
          {num_cut > 0 && <p className={classes.quiet}>{t("answer.cut", { count: num_cut })}</p>}
        </div>
      )}
      {seen && (
        <figure className={classes.seen}>
          <img src={seen} alt={t("answer.seenAlt")} />
          <figcaption className={classes.quiet}>{t("answer.seen")}</figcaption>
        </figure>
      )}
    </>
  );
}

/** Several numbers that are predicted together, each by its name. */
function Numbers({ numbers }: { numbers: readonly { name: string; value: number }[] }) {
  const { t } = useTranslation("tryout");
  return (
    <table className={classes.table} aria-live="polite" data-testid="answer-numbers">
      <caption className={classes.quiet}>{t("answer.numbers")}</caption>
      <tbody>
        {numbers.map(({ name, value }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td title={String(value)}>{formatMetric(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
