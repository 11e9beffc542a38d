import { useTranslation } from "react-i18next";
import classes from "./data.module.css";

/** The first rows of the file, cells as they stand there. */
export function Rows({ header, rows }: { header: readonly string[]; rows: readonly (readonly string[])[] }) {
  const { t } = useTranslation("data");
  const title = t("rows.title");
  return (
    <div className={classes.panel}>
      <h2 className={classes.heading}>{title}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard */}
      <section className={classes.scroll} tabIndex={0} aria-label={title}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("rows.number")}</th>
              {header.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, number) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place in the file
              <tr key={number}>
                <td className={classes.quiet}>{number + 1}</td>
                {header.map((name, column) => (
                  <td key={name}>{row[column]}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
