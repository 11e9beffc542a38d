import { SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type RunRead, trainingOptionsQuery } from "@/api";
import { formatCount, formatExact, formatMetric, metricDecimals } from "@/ui";
import { chooseTable, rowShares, type Which, worstMistake } from "./answers";
import classes from "./answers.module.css";
import type { ClassesEvent } from "./runSession";
import panels from "./runs.module.css";

/** From this number of classes on a cell is too small for its count, which is then said on hover. */
const MAX_WRITTEN = 12;

/** The words for what a table is of: classes, labels, of which a sample may have several, or numbers. */
function wordsOf(table: ClassesEvent): "classes" | "labels" | "numbers" {
  if (table.are_numbers) return "numbers";
  // Several labels a sample have no confusion matrix: none is taken for another.
  return table.confusion.length === 0 ? "labels" : "classes";
}

interface Props {
  tables: readonly ClassesEvent[];
  origin: RunRead["origin"];
}

/** Which classes are taken for which, and the figures of each. */
export function RunClasses({ tables, origin }: Props) {
  const { t } = useTranslation("runs");
  const [which, setWhich] = useState<Which>("best");
  const best = chooseTable(tables, "best");
  const last = chooseTable(tables, "last");
  const table = which === "best" ? (best ?? last) : last;
  if (table === undefined) return null;
  const worst = worstMistake(table.confusion);
  // A branch whose epochs are all worse than the best one that came along has told of none that is the best.
  const isBestElsewhere = best === undefined && origin?.mode === "everything";
  return (
    <section className={panels.panel} aria-labelledby="run-classes" data-testid="run-classes">
      <div className={classes.head}>
        <h2 id="run-classes" className={panels.heading}>
          {t(`classes.titles.${wordsOf(table)}`)}
        </h2>
        {best !== undefined && best !== last && (
          <SegmentedControl
            size="xs"
            aria-label={t("classes.which")}
            value={which}
            onChange={(value) => setWhich(value === "last" ? "last" : "best")}
            data={[
              { value: "best", label: t("classes.best") },
              { value: "last", label: t("classes.last") },
            ]}
          />
        )}
      </div>
      <p className={classes.hint}>
        {t(table.is_best ? "classes.epochBest" : "classes.epoch", { epoch: table.epoch })}{" "}
        {isBestElsewhere && `${t("classes.bestElsewhere", { name: origin.name })} `}
        {worst !== null &&
          t("classes.worst", {
            target: table.classes[worst.target],
            answer: table.classes[worst.answer],
            count: worst.count,
            number: formatExact(worst.count),
          })}
      </p>
      <div className={classes.both}>
        {table.confusion.length > 0 && <Confusion table={table} />}
        <PerClass table={table} />
      </div>
    </section>
  );
}

function Confusion({ table }: { table: ClassesEvent }) {
  const { t } = useTranslation("runs");
  const shares = rowShares(table.confusion);
  const isWritten = table.classes.length <= MAX_WRITTEN;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so that the keyboard must reach it.
    <section className={classes.scroll} tabIndex={0} aria-label={t("classes.confusion")}>
      <table className={classes.confusion} data-testid="run-confusion" data-small={!isWritten || undefined}>
        <caption>
          <span>{t("classes.confusion")}</span>
        </caption>
        <thead>
          <tr>
            <td />
            {table.classes.map((name) => (
              <th key={name} scope="col" title={name}>
                <span>{name}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.confusion.map((row, target) => (
            <tr key={table.classes[target]}>
              <th scope="row" title={table.classes[target]}>
                {table.classes[target]}
              </th>
              {row.map((count, answer) => {
                const share = shares[target]?.[answer] ?? 0;
                return (
                  <td
                    key={table.classes[answer]}
                    data-right={target === answer || undefined}
                    data-dark={share > 0.5 || undefined}
                    style={{ "--share": `${Math.round(100 * share)}%` } as React.CSSProperties}
                    title={t("classes.cell", {
                      target: table.classes[target],
                      answer: table.classes[answer],
                      number: formatExact(count),
                      share: `${(100 * share).toFixed(1)} %`,
                    })}
                  >
                    {isWritten ? formatCount(count) : ""}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Runs from before `counts` was told have only the matrix. */
function samplesOf({ counts = [], confusion }: ClassesEvent, label: number): number {
  return counts[label] ?? (confusion[label] ?? []).reduce((total, count) => total + count, 0);
}

function PerClass({ table }: { table: ClassesEvent }) {
  const { t } = useTranslation("runs");
  const { data: options } = useQuery(trainingOptionsQuery);
  const columns = Object.entries(table.per_class ?? {});
  const title = (type: string) => options?.metrics.find((metric) => metric.type === type)?.title ?? type;
  const words = wordsOf(table);
  const decimals = metricDecimals(columns.flatMap(([, values]) => values));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so that the keyboard must reach it.
    <section className={classes.scroll} tabIndex={0} aria-label={t(`classes.each.${words}`)}>
      <table className={classes.table} data-testid="run-per-class">
        <caption>{t(`classes.each.${words}`)}</caption>
        <thead>
          <tr>
            <th scope="col">{t(`classes.ones.${words}`)}</th>
            <th scope="col">{t("classes.samples")}</th>
            {columns.map(([type]) => (
              <th key={type} scope="col">
                {title(type)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.classes.map((name, label) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{formatCount(samplesOf(table, label))}</td>
              {columns.map(([type, values]) => (
                <td key={type}>{formatMetric(values[label] ?? Number.NaN, { decimals })}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
