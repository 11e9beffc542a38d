import { useTranslation } from "react-i18next";
import { formatExact } from "@/ui";
import classes from "./tryout.module.css";

interface Props {
  classes: readonly string[];
  /** Row: what it is; column: what it was taken for. */
  counts: readonly (readonly number[])[];
  onOpen: (target: number, predicted: number) => void;
}

/** The confusion matrix; a cell opens its samples. */
export function Confusion({ classes: names, counts, onOpen }: Props) {
  const { t } = useTranslation("tryout");
  const sums = counts.map((row) => row.reduce((total, count) => total + count, 0));
  return (
    <div className={classes.panel}>
      <h2 className={classes.heading}>{t("confusion.title")}</h2>
      <p className={classes.quiet}>{t("confusion.hint")}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={t("confusion.title")}>
        <table className={classes.matrix} data-testid="confusion">
          <thead>
            <tr>
              <th scope="col" className={classes.corner}>
                <span className={classes.quiet}>{t("confusion.corner")}</span>
              </th>
              {names.map((name) => (
                <th key={name} scope="col" title={name}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, target) => (
              <tr key={names[target]}>
                <th scope="row" title={names[target]}>
                  {names[target]}
                </th>
                {row.map((count, predicted) => {
                  const share = count / Math.max(1, sums[target] ?? 1);
                  const name = names[predicted] ?? String(predicted);
                  return (
                    <td key={name} data-right={target === predicted || undefined}>
                      {count > 0 && (
                        <button
                          type="button"
                          style={{ "--share": `${Math.round(12 + share * 58)}%` } as React.CSSProperties}
                          aria-label={t("confusion.open", { count, target: names[target], predicted: name })}
                          onClick={() => onOpen(target, predicted)}
                        >
                          {formatExact(count)}
                        </button>
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
