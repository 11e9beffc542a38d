import { useTranslation } from "react-i18next";
import classes from "./data.module.css";

/** The first rows of the file, cells as they stand there. */
export function Rows({ header, rows }: { header: readonly string[]; rows: readonly (readonly string[])[] }) {
  const { t } = useTranslation("data");
  const title = t("rows.title");
  return (
    <div className={classes.panel}>
      <h2 className={classes.heading}>{title}</h2>
      <FileRows title={title} header={header} rows={rows.map((cells, place) => ({ number: place + 1, cells }))} />
    </div>
  );
}

interface FileRowsProps {
  title: string;
  header: readonly string[];
  rows: readonly { number: number; cells: readonly string[] }[];
  /** The column that is looked at. */
  mark?: string;
}

/** Rows of the file by their numbers. */
export function FileRows({ title, header, rows, mark }: FileRowsProps) {
  const { t } = useTranslation("data");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by the keyboard
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
          {rows.map(({ number, cells }) => (
            <tr key={number}>
              <td className={classes.quiet}>{number}</td>
              {header.map((name, column) => (
                <td key={name} className={name === mark ? classes.marked : undefined}>
                  {cells[column]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
