import { Table } from "@mantine/core";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { alignLines, buildLine } from "./frame";
import type { MetricStore } from "./metricStore";
import type { ChartSeries, ChartView } from "./plot";
import { formatValue, formatX } from "./ticks";

interface Props {
  title: string;
  store: MetricStore;
  series: readonly ChartSeries[];
  view: ChartView;
  stepsPerEpoch: number | null;
}

const REFRESH_MS = 1000;
const BUCKETS = 20;
const MAX_ROWS = 60;

/** The same points as the picture, thinned to some rows, newest first. */
export function ChartTable({ title, store, series, view, stepsPerEpoch }: Props) {
  const { t } = useTranslation("runs");
  const [, setRefresh] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setRefresh((count) => count + 1), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  const options = { axis: view.axis, stepsPerEpoch, range: null, buckets: BUCKETS, isLog: false };
  const lines = series.filter((one) => one.edge === undefined);
  const [x, ...columns] = alignLines(
    lines.map(({ name }) => {
      const buffer = store.buffer(name);
      return buffer === undefined ? { x: [], y: [] } : buildLine(buffer, buffer.values, options);
    }),
  );
  const rows = x.map((_, row) => row).slice(-MAX_ROWS);
  return (
    <Table.ScrollContainer minWidth={240} mah={260} type="native">
      <Table stickyHeader highlightOnHover captionSide="top">
        <Table.Caption>{t("charts.tableOf", { title })}</Table.Caption>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t(`charts.axes.${view.axis}`)}</Table.Th>
            {lines.map((one) => (
              <Table.Th key={one.name} scope="col">
                {one.label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.reverse().map((row) => (
            <Table.Tr key={row}>
              <Table.Td>{formatX(x[row] as number, view.axis)}</Table.Td>
              {columns.map((column, index) => (
                <Table.Td key={lines[index]?.name}>{formatValue(column[row])}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
