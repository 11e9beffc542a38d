import { useTranslation } from "react-i18next";
import type { PredictRead, TrialRead } from "@/api";
import { formatMetric, formatPercent } from "@/ui";
import classes from "./tryout.module.css";

type Vertices = NonNullable<PredictRead["predictions"][number]["vertices"]>;

/** The answer about each vertex of a graph that was sent. */
export function VertexAnswers({ trial, vertices }: { trial: TrialRead; vertices: Vertices }) {
  const { t } = useTranslation("tryout");
  const isClass = trial.task === "classification";
  const columns = isClass ? trial.classes : (vertices[0]?.values ?? []).map((_, place) => String(place + 1));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t("graph.answers")}>
      <table className={classes.table} data-testid="vertex-answers">
        <caption className={classes.quiet}>
          {t(isClass && !trial.are_probabilities ? "answer.score" : "graph.answers")}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t("graph.vertex")}</th>
            {isClass && <th scope="col">{trial.target_name}</th>}
            {columns.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {vertices.map((vertex, number) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a vertex is its number
            <tr key={number}>
              <th scope="row">{number}</th>
              {isClass && <td>{vertex.label}</td>}
              {(isClass ? vertex.probabilities : vertex.values)?.map((value, place) => (
                <td key={columns[place]} title={String(value)}>
                  {isClass && trial.are_probabilities ? formatPercent(value) : formatMetric(value)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
