import { SegmentedControl } from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconDownload } from "@tabler/icons-react";
import { type ReactNode, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useStore } from "zustand";
import { type Heat, useCanvasStore, useEditor, useEditorStore } from "@/features/editor";
import { downloadText, formatBytes, formatCount, formatExact, formatMacs, ReasonedIcon, toFilename } from "@/ui";
import { COLUMNS, type Column, type CostRow, costRows, NUMBERS, placeOf, sortRows, toCsv } from "./costRows";
import styles from "./costs.module.css";

const FORMATS = { parameters: formatCount, macs: formatMacs, activation_bytes: formatBytes };
const HEATS = ["none", "parameters", "macs", "activation_bytes"] as const;

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
  const all = useMemo(() => (report ? costRows(document, report) : []), [document, report]);
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
          onClick={() => downloadText(toFilename(document.name, "csv"), toCsv(rows), "text/csv")}
        >
          <IconDownload size={16} aria-hidden />
        </ReasonedIcon>
        {end}
      </header>
      {reason !== null && <p className={styles.none}>{reason}</p>}
      {reason === null && (
        <div className={styles.scroll}>
          <table className={styles.table}>
            <thead>
              <tr>
                {COLUMNS.map((column) => (
                  <Head key={column} column={column} order={order} onSort={sortBy} />
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <Row key={row.path} row={row} />
              ))}
            </tbody>
            <tfoot>
              <TotalRow />
            </tfoot>
          </table>
        </div>
      )}
    </div>
  );
}

function HeatChoice() {
  const { t } = useTranslation("costs");
  const canvas = useCanvasStore();
  const heat = useStore(canvas, (state) => state.heat) ?? "none";
  return (
    <fieldset className={styles.heat}>
      <legend>{t("heat")}</legend>
      <SegmentedControl
        size="xs"
        aria-label={t("heat")}
        value={heat}
        onChange={(value) => canvas.setState({ heat: value === "none" ? null : (value as Heat) })}
        data={HEATS.map((value) => ({ value, label: t(`heats.${value}`) }))}
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

function Row({ row }: { row: CostRow }) {
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
    </tr>
  );
}

/** The check's own totals: weights that are shared count once there. */
function TotalRow() {
  const { t } = useTranslation("costs");
  const totals = useEditor((state) => state.report?.totals);
  if (!totals) return null;
  return (
    <tr>
      <th scope="row" colSpan={3}>
        {t("total")}
      </th>
      <td title={formatExact(totals.parameters)}>{FORMATS.parameters(totals.parameters)}</td>
      <td title={formatExact(totals.macs)}>{FORMATS.macs(totals.macs)}</td>
      <td title={formatExact(totals.activation_bytes, "B")}>{FORMATS.activation_bytes(totals.activation_bytes)}</td>
    </tr>
  );
}
