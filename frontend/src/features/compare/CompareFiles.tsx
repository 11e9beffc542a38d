import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useTranslation } from "react-i18next";
import { api, type MetricsRead, type RunSummary, unwrap } from "@/api";
import { type ChartView, type MetricStore, NUM_COLORS } from "@/features/charts";
import { eventFilesUrl } from "@/features/runs";
import { downloadBlob, downloadText, downloadUrl, notifyError } from "@/ui";
import { type RunPoints, toCsv, toJson, toSvg } from "./curveFiles";
import { metricsOf, orderNames } from "./names";

interface Props {
  runs: readonly RunSummary[];
  colors: Readonly<Record<string, number>>;
  store: MetricStore;
  view: ChartView;
}

/** The server's limit for one metric of one answer. */
const ALL_POINTS = 1_000_000;
const SCALE = 2;

async function readAll(runs: readonly RunSummary[]): Promise<RunPoints[]> {
  const all: RunPoints[] = [];
  for (const run of runs) {
    const query = { names: metricsOf(run).join(","), max_points: ALL_POINTS };
    const path = { params: { path: { id: run.id }, query } };
    all.push({ run, metrics: await unwrap<MetricsRead>(api.GET("/api/runs/{id}/metrics", path)) });
  }
  return all;
}

/** The picture as pixels, twice as fine as it is shown. */
async function toPng(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width * SCALE;
  canvas.height = image.height * SCALE;
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob === null ? reject(new Error("The browser made no picture.")) : resolve(blob))),
  );
}

/** The compared curves as files: every point as numbers, or the picture. */
export function CompareFiles({ runs, colors, store, view }: Props) {
  const { t } = useTranslation("compare");
  const { t: r } = useTranslation("runs");
  const attempt = (work: () => Promise<void>) => () => {
    work().catch((error: unknown) => notifyError(t("files.failed"), error));
  };
  const svg = () => {
    // Light colours are for dark pages; a file is on white.
    const style = getComputedStyle(document.documentElement);
    return toSvg({
      runs,
      store,
      names: orderNames(runs, []),
      axis: view.axis,
      isLog: view.isLog,
      axisTitle: r(`charts.axes.${view.axis}`),
      strokeOf: (run) => style.getPropertyValue(`--nw-series-${(((colors[run.id] ?? 1) - 1) % NUM_COLORS) + 1}`).trim(),
    });
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="compact-sm" leftSection={<IconDownload size={14} aria-hidden />}>
          {t("files.button")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={attempt(async () => downloadText("curves.csv", toCsv(await readAll(runs)), "text/csv"))}>
          {t("files.csv")}
        </Menu.Item>
        <Menu.Item
          onClick={attempt(async () => downloadText("curves.json", toJson(await readAll(runs)), "application/json"))}
        >
          {t("files.json")}
        </Menu.Item>
        <Menu.Item onClick={() => downloadUrl(eventFilesUrl(runs.map((run) => run.id)))}>
          {t("files.tensorboard")}
        </Menu.Item>
        <Menu.Item onClick={() => downloadText("curves.svg", svg(), "image/svg+xml")}>{t("files.svg")}</Menu.Item>
        <Menu.Item onClick={attempt(async () => downloadBlob("curves.png", await toPng(svg())))}>
          {t("files.png")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
