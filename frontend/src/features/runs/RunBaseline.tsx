import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { metricTitle, modeOf, useMetrics } from "@/api";
import type { MetricStore } from "@/features/charts";
import { formatMetric } from "@/ui";
import { isBetter } from "./answers";
import classes from "./answers.module.css";
import type { HelloEvent } from "./runSession";
import panels from "./runs.module.css";

/** The metrics of the last epoch beside what an answer is worth that needs no network. */
export function RunBaseline({ hello, store, hasEnded }: { hello: HelloEvent; store: MetricStore; hasEnded: boolean }) {
  const { t } = useTranslation("runs");
  const metrics = useMetrics();
  const read = (name: string) => {
    const buffer = store.buffer(name);
    return buffer === undefined || buffer.length === 0 ? null : (buffer.values[buffer.length - 1] ?? null);
  };
  const rows = Object.entries(hello.baseline ?? {});
  // One text, so that nothing is drawn anew while the figures stay.
  const last = useSyncExternalStore(store.subscribe, () =>
    JSON.stringify(rows.map(([name]) => [read(name), read(name.replace(/^val\//, "test/"))])),
  );
  const none = t(hasEnded ? "baseline.never" : "baseline.none");
  const values = JSON.parse(last) as [number | null, number | null][];
  const hasTest = values.some(([, test]) => test !== null);
  return (
    <section className={panels.panel} aria-labelledby="run-baseline" data-testid="run-baseline">
      <h2 id="run-baseline" className={panels.heading}>
        {t("baseline.title")}
      </h2>
      <p className={classes.hint}>{t("baseline.what", { answer: hello.baseline_answer ?? "" })}</p>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("baseline.metric")}</th>
            <th scope="col">{t("baseline.naive")}</th>
            <th scope="col">{t("baseline.last")}</th>
            {hasTest && (
              <th scope="col" aria-describedby="run-baseline-test">
                {t("baseline.test")}
              </th>
            )}
            <th scope="col" className={classes.verdict}>
              {t("baseline.verdict")}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, naive], place) => {
            const [value, test] = values[place] ?? [null, null];
            const type = name.slice(name.indexOf("/") + 1);
            const better = value === null ? null : isBetter(value, Number(naive), modeOf(name, metrics));
            return (
              <tr key={name} data-testid={`baseline-${type}`} data-better={better ?? undefined}>
                <th scope="row">{metricTitle(type, metrics)}</th>
                <td>{formatMetric(naive)}</td>
                <td>{value === null ? none : formatMetric(value)}</td>
                {hasTest && <td data-testid={`test-${type}`}>{test === null ? none : formatMetric(test)}</td>}
                <td className={classes.verdict}>
                  {better === null ? "" : t(better ? "baseline.better" : "baseline.notBetter")}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {hasTest && (
        <p className={classes.hint} id="run-baseline-test">
          {t("baseline.test")}: {t("baseline.testHint")}
        </p>
      )}
    </section>
  );
}
