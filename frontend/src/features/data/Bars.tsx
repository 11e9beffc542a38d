import { useTranslation } from "react-i18next";
import type { DatasetPreview, DatasetRead } from "@/api";
import { formatDatum, formatExact } from "@/ui";
import classes from "./data.module.css";
import { FileRows } from "./Rows";

const MAX_CLASSES = 40;
/** From this ratio on the classes are called imbalanced. */
const IMBALANCED = 3;

interface BalanceProps {
  balance: DatasetPreview["balance"];
  /** What is counted: samples of each class, samples that have each label, or pixels of each class. */
  of: "samples" | "labels" | "pixels";
}

/** How often each class or label occurs, as bars. */
export function Balance({ balance, of }: BalanceProps) {
  const { t } = useTranslation("data");
  const counts = balance.map(({ count }) => count);
  const most = Math.max(...counts, 1);
  const least = Math.min(...counts.filter((count) => count > 0));
  const rest = balance.length - MAX_CLASSES;
  return (
    <section className={classes.panel} aria-labelledby="data-balance">
      <h2 id="data-balance" className={classes.heading}>
        {t(`balance.of.${of}`)}
      </h2>
      <ul className={classes.bars}>
        {balance.slice(0, MAX_CLASSES).map(({ name, count }) => (
          <li key={name}>
            <span className={classes.barName} title={name}>
              {name}
            </span>
            <span className={classes.track} aria-hidden>
              <span className={classes.bar} data-color-tells style={{ width: `${(count / most) * 100}%` }} />
            </span>
            <span className={classes.barCount}>{formatExact(count)}</span>
          </li>
        ))}
      </ul>
      {rest > 0 && (
        <p className={classes.quiet}>{t(of === "labels" ? "balance.moreLabels" : "balance.more", { count: rest })}</p>
      )}
      {most / least >= IMBALANCED && (
        <p className={classes.warning}>{t(`balance.imbalanced.${of}`, { factor: (most / least).toFixed(1) })}</p>
      )}
    </section>
  );
}

const MAX_HISTOGRAMS = 24;

interface HistogramsProps extends Pick<DatasetPreview, "histograms"> {
  kind: DatasetRead["kind"];
  range: [number, number] | null;
  header: readonly string[];
}

/** How the values of each column, or of all pixels, are spread. */
export function Histograms({ kind, histograms, range, header }: HistogramsProps) {
  const { t } = useTranslation("data");
  // What is counted has a name of ours; a column has one of its file.
  const counted: Record<string, string> = {
    "image/pixels": t("histograms.counted.pixels"),
    "text/tokens": t("histograms.counted.tokens"),
    "series/steps": t("histograms.counted.steps"),
    "graph/degree": t("histograms.counted.degree"),
    "graph/vertices": t("histograms.counted.vertices"),
  };
  const rest = histograms.length - MAX_HISTOGRAMS;
  return (
    <section className={classes.panel} aria-labelledby="data-histograms">
      <h2 id="data-histograms" className={classes.heading}>
        {t("histograms.title")}
      </h2>
      {range !== null && (
        <p className={classes.quiet}>
          {t("histograms.range", { low: formatDatum(range[0]), high: formatDatum(range[1]) })}
        </p>
      )}
      <div className={classes.histograms}>
        {histograms.slice(0, MAX_HISTOGRAMS).map((histogram) => (
          <Histogram
            key={histogram.name}
            histogram={histogram}
            name={counted[`${kind}/${histogram.name}`] ?? histogram.name}
          />
        ))}
      </div>
      {rest > 0 && <p className={classes.quiet}>{t("histograms.more", { count: rest })}</p>}
      <OutliersOf histograms={histograms} header={header} />
    </section>
  );
}

const HEIGHT = 48;

type Outliers = DatasetPreview["histograms"][number]["outliers"];

/** Whether a bin lies beyond a fence with all of its values. */
function isOutlying(edges: readonly number[], index: number, outliers: Outliers): boolean {
  if (!outliers) return false;
  return (edges[index + 1] ?? 0) <= outliers.low || (edges[index] ?? 0) >= outliers.high;
}

/** How many values of each column lie far out, and the rows of the file where they stand. */
function OutliersOf({ histograms, header }: Pick<DatasetPreview, "histograms"> & { header: readonly string[] }) {
  const { t } = useTranslation("data");
  const found = histograms.filter(({ outliers }) => outliers);
  if (found.length === 0) return null;
  return (
    <div data-testid="outliers">
      <h3 className={classes.subheading}>{t("outliers.title")}</h3>
      <p className={classes.quiet}>{t("outliers.what")}</p>
      {found.map(({ name, outliers }) => {
        const { count = 0, low = 0, high = 0, rows = [] } = outliers ?? {};
        const said = t("outliers.of", {
          name,
          count,
          number: formatExact(count),
          low: formatDatum(low),
          high: formatDatum(high),
        });
        if (rows.length === 0) {
          return (
            <p key={name} className={classes.quiet}>
              {said}
            </p>
          );
        }
        return (
          <details key={name} className={classes.outliers}>
            <summary>{said}</summary>
            {rows.length < count && <p className={classes.quiet}>{t("outliers.some", { shown: rows.length })}</p>}
            <FileRows title={t("outliers.rows", { name })} header={header} rows={rows} mark={name} />
          </details>
        );
      })}
    </div>
  );
}

function Histogram({ histogram, name }: { histogram: DatasetPreview["histograms"][number]; name: string }) {
  const { t } = useTranslation("data");
  const { edges, counts, outliers } = histogram;
  const most = Math.max(...counts, 1);
  const peak = edges[counts.indexOf(most)] ?? 0;
  const low = formatDatum(edges[0] ?? 0);
  const high = formatDatum(edges.at(-1) ?? 0);
  return (
    <figure className={classes.histogram}>
      <svg
        viewBox={`0 0 ${counts.length} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={t("histograms.of", { name, low, high, peak: formatDatum(peak) })}
      >
        {counts.map((count, index) => {
          const height = count === 0 ? 0 : Math.max(1, (count / most) * HEIGHT);
          return (
            <rect
              key={edges[index]}
              data-outlying={isOutlying(edges, index, outliers) || undefined}
              x={index + 0.08}
              width={0.84}
              y={HEIGHT - height}
              height={height}
            >
              <title>{`${formatDatum(edges[index] ?? 0)} … ${formatDatum(edges[index + 1] ?? 0)}: ${formatExact(count)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <span>{low}</span>
        <b title={name}>{name}</b>
        <span>{high}</span>
      </figcaption>
    </figure>
  );
}
