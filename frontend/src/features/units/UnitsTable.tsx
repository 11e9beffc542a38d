import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { formatCount, formatPercent } from "@/ui";
import classes from "./units.module.css";
import { type LayerHistory, toHistory, type UnitsEvent } from "./unitsHistory";

const WIDTH = 120;
const HEIGHT = 28;

/** Layer by layer how many units are dead or saturated and how much of a gradient passes, over the epochs, and what that means.
 * `label` names the table among others of the page. */
export function UnitsTable({ events, label }: { events: readonly UnitsEvent[]; label: string }) {
  const { t } = useTranslation("units");
  const history = useMemo(() => toHistory(events), [events]);
  const newest = events.at(-1);
  if (newest === undefined) return null;
  return (
    <>
      <p className={classes.hint}>{t("hint", { epoch: newest.epoch, samples: formatCount(newest.samples) })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so that the keyboard must reach it. */}
      <section className={classes.scroll} tabIndex={0} aria-label={label}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t("layer")}</th>
              <th scope="col">{t("units")}</th>
              <th scope="col">
                <i className={classes.key} data-of="dead" /> {t("dead")}
              </th>
              <th scope="col">
                <i className={classes.key} data-of="saturated" /> {t("saturated")}
              </th>
              <th scope="col">
                <i className={classes.key} data-of="passes" /> {t("passes")}
              </th>
              <th scope="col">{t("epochs")}</th>
              <th scope="col">{t("meaning")}</th>
            </tr>
          </thead>
          <tbody>
            {history.map((layer) => (
              <Layer key={layer.now.node} layer={layer} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

const share = (value: number | null) => (value === null ? "-" : formatPercent(value));

function Layer({ layer }: { layer: LayerHistory }) {
  const { now } = layer;
  return (
    <tr data-node={now.node}>
      <th scope="row">
        {now.node} <span className={classes.type}>{now.type}</span>
      </th>
      <td>{formatCount(now.units)}</td>
      <td>{share(now.dead)}</td>
      <td>{share(now.saturated)}</td>
      <td>{share(now.passes)}</td>
      <td>
        <Epochs layer={layer} />
      </td>
      <td className={classes.sentence}>{now.sentence}</td>
    </tr>
  );
}

/** A bar an epoch, dead below and saturated above it, and what passes as a line. */
function Epochs({ layer: { now, epochs } }: { layer: LayerHistory }) {
  const { t } = useTranslation("units");
  const step = WIDTH / epochs.length;
  const line = epochs.map(({ passes }, at) => `${(at + 0.5) * step},${HEIGHT * (1 - passes)}`).join(" ");
  const [first, last] = [epochs[0], epochs.at(-1)];
  const label = t("picture", {
    node: now.node,
    first: first?.epoch,
    last: last?.epoch,
    stuckFirst: formatPercent((first?.dead ?? 0) + (first?.saturated ?? 0)),
    stuckLast: formatPercent((last?.dead ?? 0) + (last?.saturated ?? 0)),
    passesFirst: formatPercent(first?.passes ?? 0),
    passesLast: formatPercent(last?.passes ?? 0),
  });
  return (
    <svg className={classes.epochs} width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <title>{label}</title>
      {epochs.map(({ epoch, dead, saturated }, at) => (
        <g key={epoch} transform={`translate(${at * step} 0)`}>
          <rect data-of="dead" width={Math.max(step - 1, 1)} height={HEIGHT * dead} y={HEIGHT * (1 - dead)} />
          <rect
            data-of="saturated"
            width={Math.max(step - 1, 1)}
            height={HEIGHT * saturated}
            y={HEIGHT * (1 - dead - saturated)}
          />
        </g>
      ))}
      <polyline points={line} />
      {epochs.length === 1 && <circle cx={WIDTH / 2} cy={HEIGHT * (1 - (first?.passes ?? 0))} r={2} />}
    </svg>
  );
}
