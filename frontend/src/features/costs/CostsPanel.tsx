import { SegmentedControl } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconDownload } from "@tabler/icons-react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useStore } from "zustand";
import { type Heat, useCanvasStore, useEditor, useEditorStore } from "@/features/editor";
import {
  downloadText,
  formatBytes,
  formatCount,
  formatExact,
  formatMacs,
  formatMilliseconds,
  formatPercent,
  ReasonedIcon,
  toFilename,
} from "@/ui";
import {
  type Column,
  type CostRow,
  columnsOf,
  costRows,
  NUMBERS,
  placeOf,
  sortRows,
  toCsv,
  totalTimes,
} from "./costRows";
import styles from "./costs.module.css";

const FORMATS = { parameters: formatCount, macs: formatMacs, activation_bytes: formatBytes };
const HEATS = ["none", "parameters", "macs", "activation_bytes", "time"] as const;

interface Order {
  column: Column;
  isDescending: boolean;
}

/** What each layer costs, and all together; the cards can be coloured by it. `end` closes the row of buttons. */
export function CostsPanel({ end }: { end?: ReactNode }) {
  const { t } = useTranslation("costs");
  const document = useEditor((state) => state.document);
  const report = useEditor((state) => state.report);
  const [order, setOrder] = useState<Order | null>(null);
  const { times } = useStore(useCanvasStore(), (state) => state.measured);
  const all = useMemo(() => (report ? costRows(document, report, times) : []), [document, report, times]);
  const columns = columnsOf(times !== null);
  const rows = useMemo(() => (order ? sortRows(all, order.column, order.isDescending) : all), [all, order]);
  const reason = rows.length === 0 ? t("none") : null;

  /** Numbers begin with the largest; a third click is the drawing's order again. */
  function sortBy(column: Column): void {
    const first = NUMBERS.has(column);
    if (order?.column !== column) setOrder({ column, isDescending: first });
    else if (order.isDescending === first) setOrder({ column, isDescending: !first });
    else setOrder(null);
  }

  return (
    <div className={styles.panel}>
      <header className={styles.head}>
        <h2>{t("title")}</h2>
        <HeatChoice />
        <ReasonedIcon
          label={t("download")}
          reason={reason}
          onClick={() => downloadText(toFilename(document.name, "csv"), toCsv(rows, columns), "text/csv")}
        >
          <IconDownload size={16} aria-hidden />
        </ReasonedIcon>
        {end}
      </header>
      <TimesNote />
      {reason !== null && <p className={styles.none}>{reason}</p>}
      {reason === null && (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <Head key={column} column={column} order={order} onSort={sortBy} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.path} row={row} hasTimes={times !== null} />
              ))}
            </tbody>
            <tfoot>
              <TotalRow rows={times === null ? null : rows} />
            </tfoot>
          </table>
        </div>
      )}
    </div>
  );
}

/** Which run has measured the times, on what, and with which batch; or why there are none. */
function TimesNote() {
  const { t } = useTranslation("costs");
  const { times, reason } = useStore(useCanvasStore(), (state) => state.measured);
  if (times === null) return reason === null ? null : <p className={styles.note}>{t("times.none", { reason })}</p>;
  return (
    <p className={styles.note} data-testid="times-note">
      {t("times.from")} <Link to={`/runs/${times.run_id}`}>{times.run_name}</Link>
      {t("times.how", {
        device: times.device,
        name: times.device_name,
        precision: times.precision,
        batch: times.batch_size,
        repeats: times.repeats,
        whole: formatMilliseconds(times.whole_ms),
      })}
      {times.is_compiled && ` ${t("times.compiled")}`}
      {times.num_unknown > 0 && ` ${t("times.unknown", { count: times.num_unknown })}`}
    </p>
  );
}

function HeatChoice() {
  const { t } = useTranslation("costs");
  const canvas = useCanvasStore();
  const hasTimes = useStore(canvas, (state) => state.measured.times !== null);
  const heat = useStore(canvas, (state) => state.heat) ?? "none";
  return (
    <fieldset className={styles.heat}>
      <legend>{t("heat")}</legend>
      <SegmentedControl
        size="xs"
        aria-label={t("heat")}
        value={heat}
        onChange={(value) => canvas.setState({ heat: value === "none" ? null : (value as Heat) })}
        data={HEATS.map((value) => ({
          value,
          label: t(`heats.${value}`),
          // Why is said in the line below.
          disabled: value === "time" && !hasTimes,
        }))}
      />
    </fieldset>
  );
}

function Head({ column, order, onSort }: { column: Column; order: Order | null; onSort: (column: Column) => void }) {
  const { t } = useTranslation("costs");
  const isSorted = order?.column === column;
  const Arrow = order?.isDescending ? IconArrowDown : IconArrowUp;
  return (
    <th
      scope="col"
      data-number={NUMBERS.has(column) || undefined}
      aria-sort={isSorted ? (order.isDescending ? "descending" : "ascending") : "none"}
    >
      <button type="button" onClick={() => onSort(column)}>
        {t(`columns.${column}`)}
        {isSorted && <Arrow size={12} aria-hidden />}
      </button>
    </th>
  );
}

const inMilliseconds = (value: number | null) => (value === null ? "-" : formatMilliseconds(value));

function Row({ row, hasTimes }: { row: CostRow; hasTimes: boolean }) {
  const store = useEditorStore();
  const canvas = useCanvasStore();
  const { level, id } = placeOf(row.path);

  function show(): void {
    const { openLevel, select, level: open } = store.getState();
    if (open.join(".") !== level.join(".")) openLevel(level);
    select({ nodes: [id] });
    canvas.getState().view?.show(id);
  }

  return (
    <tr>
      <td>
        <button type="button" onClick={show}>
          {row.path}
        </button>
      </td>
      <td>{row.type}</td>
      <td>{row.output}</td>
      <td title={formatExact(row.parameters)}>{FORMATS.parameters(row.parameters)}</td>
      <td title={formatExact(row.macs)}>{FORMATS.macs(row.macs)}</td>
      <td title={formatExact(row.activation_bytes, "B")}>{FORMATS.activation_bytes(row.activation_bytes)}</td>
      {hasTimes && (
        <>
          <td>{inMilliseconds(row.forward_ms)}</td>
          <td>{inMilliseconds(row.backward_ms)}</td>
          <td>{row.time_share === null ? "-" : formatPercent(row.time_share)}</td>
        </>
      )}
    </tr>
  );
}

/** The check's own totals: weights that are shared count once there. `rows` is null without times. */
function TotalRow({ rows }: { rows: readonly CostRow[] | null }) {
  const { t } = useTranslation("costs");
  const totals = useEditor((state) => state.report?.totals);
  if (!totals) return null;
  const times = rows === null ? null : totalTimes(rows);
  return (
    <tr>
      <th scope="row" colSpan={3}>
        {t("total")}
      </th>
      <td title={formatExact(totals.parameters)}>{FORMATS.parameters(totals.parameters)}</td>
      <td title={formatExact(totals.macs)}>{FORMATS.macs(totals.macs)}</td>
      <td title={formatExact(totals.activation_bytes, "B")}>{FORMATS.activation_bytes(totals.activation_bytes)}</td>
      {times && (
        <>
          <td>{formatMilliseconds(times.forward_ms)}</td>
          <td>{formatMilliseconds(times.backward_ms)}</td>
          <td>{formatPercent(1)}</td>
        </>
      )}
    </tr>
  );
}
