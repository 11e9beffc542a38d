import { useTranslation } from "react-i18next";
import type { RunSummary } from "@/api";
import { type Fields, formatField, isMoving } from "@/features/runs";
import { formatMetric } from "@/ui";
import classes from "./compare.module.css";
import { type Group, groupRuns, spreadOf } from "./groupMeans";
import type { CompareView } from "./useCompareView";

interface Props {
  runs: readonly RunSummary[];
  fields: Fields;
  view: CompareView;
}

const MEASURES = ["last", "best"] as const;

/** Mean and standard deviation of what the runs of each group came to, as of a cross-validation; nothing where no two are grouped. */
export function GroupSpread({ runs, fields, view }: Props) {
  const { t } = useTranslation("compare");
  const { t: d } = useTranslation("desk");
  const field = view.groupBy === null ? undefined : fields.get(view.groupBy);
  if (field === undefined) return null;
  const groups = groupRuns(runs, field);
  const names = [...fields.values()]
    .filter(({ group, name }) => group === "last" && name.startsWith("val/"))
    .map(({ name }) => name);
  if (names.length === 0 || groups.every((group) => group.runs.length < 2)) return null;
  const numMoving = runs.filter(({ state }) => isMoving(state)).length;
  const titleOf = (group: Group) => {
    const value = formatField(field, field.value(group.runs[0] as RunSummary), d) || t("noValue");
    return t("spread.group", { value, count: group.runs.length });
  };
  return (
    <section aria-label={t("spread.title")} data-testid="compare-spread" className={classes.spread}>
      <h2>{t("spread.title")}</h2>
      <div className={classes.tableBox}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                {t("spread.metric")}
              </th>
              {groups.map((group) => (
                <th key={group.key} scope="colgroup" colSpan={MEASURES.length}>
                  {titleOf(group)}
                </th>
              ))}
            </tr>
            <tr>
              {groups.flatMap((group) =>
                MEASURES.map((measure) => (
                  <th key={`${group.key} ${measure}`} scope="col" className={classes.number}>
                    {t(`spread.${measure}`)}
                  </th>
                )),
              )}
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name} data-testid={`spread-${name}`}>
                <th scope="row">{name}</th>
                {groups.flatMap((group) =>
                  MEASURES.map((measure) => (
                    <Cell
                      key={`${group.key} ${measure}`}
                      values={group.runs.map((run) =>
                        fields.get(measure === "best" ? name : `last.${name}`)?.value(run),
                      )}
                    />
                  )),
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={classes.quiet}>
        {t("spread.about")} {numMoving > 0 && t("spread.moving", { count: numMoving })}
      </p>
    </section>
  );
}

function Cell({ values }: { values: readonly unknown[] }) {
  const { t } = useTranslation("compare");
  const known = values.filter((value) => typeof value === "number");
  const spread = spreadOf(known);
  if (spread === null) return <td className={classes.number}>–</td>;
  const { mean, deviation, count } = spread;
  const text = deviation === null ? formatMetric(mean) : `${formatMetric(mean)} ± ${formatMetric(deviation)}`;
  return (
    <td
      className={classes.number}
      title={t("spread.values", { values: known.map((value) => formatMetric(value)).join(", ") })}
    >
      {text}
      {count < values.length && ` ${t("spread.some", { count, all: values.length })}`}
    </td>
  );
}
