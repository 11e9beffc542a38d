import { useTranslation } from "react-i18next";
import type { PredictRead } from "@/api";
import { formatMetric } from "@/ui";
import masks from "./masks.module.css";
import classes from "./tryout.module.css";

type Rebuilt = NonNullable<PredictRead["predictions"][number]["rebuilt"]>;

interface Props {
  rebuilt: Rebuilt;
  /** The picture as the network got it; null of a row. */
  seen: string | null;
}

/** What was to be given back beside what came, and how far they are apart. */
export function RebuiltAnswer({ rebuilt, seen }: Props) {
  const { t } = useTranslation("tryout");
  return (
    <div data-testid="rebuilt-answer">
      <p className={classes.label} aria-live="polite" data-testid="rebuilt-error">
        {formatMetric(rebuilt.mean_absolute_error)}
        <span className={classes.quiet}> {t("evaluation.mae")}</span>
      </p>
      <p className={classes.quiet}>
        {t("rebuilt.rmse", { value: formatMetric(rebuilt.root_mean_squared_error) })} {t("rebuilt.unit")}
      </p>
      {seen !== null && rebuilt.png && rebuilt.difference ? (
        <div className={masks.beside}>
          <Shown url={seen} title={t("rebuilt.wanted")} />
          <Shown url={rebuilt.png} title={t("rebuilt.came")} />
          <Shown
            url={rebuilt.difference}
            title={t("rebuilt.difference", { value: formatMetric(rebuilt.largest_error) })}
          />
        </div>
      ) : (
        <Values rebuilt={rebuilt} />
      )}
    </div>
  );
}

function Shown({ url, title }: { url: string; title: string }) {
  return (
    <figure className={masks.figure}>
      <img src={url} alt={title} />
      <figcaption className={classes.quiet}>{title}</figcaption>
    </figure>
  );
}

function Values({ rebuilt }: { rebuilt: Rebuilt }) {
  const { t } = useTranslation("tryout");
  const { names = [], values = [], wanted = [] } = rebuilt;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={t("rebuilt.values")}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t("rebuilt.column")}</th>
            <th scope="col">{t("rebuilt.wanted")}</th>
            <th scope="col">{t("rebuilt.came")}</th>
          </tr>
        </thead>
        <tbody>
          {values.map((value, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a value is its place
            <tr key={place}>
              <th scope="row">{names[place] ?? place + 1}</th>
              <td>{formatMetric(wanted[place] ?? 0)}</td>
              <td>{formatMetric(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
