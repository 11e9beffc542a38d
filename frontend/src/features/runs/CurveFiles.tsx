import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api, type MetricsRead, type RunSummary, unwrap } from "@/api";
import { NUM_COLORS, type ShownCharts, toShownCsv, toShownJson, toSvg } from "@/features/charts";
import { downloadBlob, downloadText, downloadUrl, notifyError, toFilename } from "@/ui";
import { type RunPoints, toCsv, toJson } from "./curveFiles";
import { eventFilesUrl } from "./eventFiles";

interface Props {
  /** What the files are called, without their extension. */
  stem: string;
  getRuns: () => Promise<readonly RunSummary[]>;
  /** Which of their metrics the files hold; all where it is left out. */
  metricsOf?: (run: RunSummary) => string[];
  shown: ShownCharts;
}

/** The server's limit for one metric of one answer. */
const ALL_POINTS = 1_000_000;
const SCALE = 2;

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

/** The colours of the light theme, whichever the page has: a file is on white. */
function lightColors(): (color: number) => string {
  const element = document.createElement("div");
  element.dataset.mantineColorScheme = "light";
  document.body.append(element);
  const style = getComputedStyle(element);
  const colors = Array.from({ length: NUM_COLORS }, (_, place) =>
    style.getPropertyValue(`--nw-series-${place + 1}`).trim(),
  );
  element.remove();
  return (color) => colors[(color - 1) % NUM_COLORS] as string;
}

/** Curves as files: what the charts show, as numbers or as a picture, or every logged point. */
export function CurveFiles({ stem, getRuns, metricsOf, shown }: Props) {
  const { t } = useTranslation("runs");
  const [hasCharts, setHasCharts] = useState(true);
  const attempt = (work: () => Promise<void> | void) => () => {
    Promise.resolve()
      .then(work)
      .catch((error: unknown) => notifyError(t("files.failed"), error));
  };
  const save = (extension: string, type: string, text: string) => downloadText(toFilename(stem, extension), text, type);
  const svg = () => toSvg(shown.list(), { axisTitle: (axis) => t(`charts.axes.${axis}`), colorOf: lightColors() });
  const readAll = async (): Promise<RunPoints[]> => {
    const all: RunPoints[] = [];
    for (const run of await getRuns()) {
      const names = metricsOf?.(run).join(",");
      const query = { max_points: ALL_POINTS, ...(names === undefined ? {} : { names }) };
      const path = { params: { path: { id: run.id }, query } };
      all.push({ run, metrics: await unwrap<MetricsRead>(api.GET("/api/runs/{id}/metrics", path)) });
    }
    return all;
  };
  const item = (label: string, work: () => Promise<void> | void) => (
    <Menu.Item onClick={attempt(work)}>{label}</Menu.Item>
  );
  return (
    <Menu position="bottom-end" onOpen={() => setHasCharts(shown.list().length > 0)}>
      <Menu.Target>
        <Button variant="default" size="compact-sm" leftSection={<IconDownload size={14} aria-hidden />}>
          {t("files.button")}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t(hasCharts ? "files.shown" : "files.none")}</Menu.Label>
        {hasCharts && (
          <>
            {item(t("files.shownPng"), async () => downloadBlob(toFilename(stem, "png"), await toPng(svg())))}
            {item(t("files.shownSvg"), () => save("svg", "image/svg+xml", svg()))}
            {item(t("files.shownCsv"), () => save("csv", "text/csv", toShownCsv(shown.list())))}
            {item(t("files.shownJson"), () => save("json", "application/json", toShownJson(shown.list())))}
          </>
        )}
        <Menu.Divider />
        <Menu.Label>{t("files.raw")}</Menu.Label>
        {item(t("files.rawCsv"), async () => save("csv", "text/csv", toCsv(await readAll())))}
        {item(t("files.rawJson"), async () => save("json", "application/json", toJson(await readAll())))}
        {item(t("files.rawEvents"), async () => downloadUrl(eventFilesUrl((await getRuns()).map((run) => run.id))))}
      </Menu.Dropdown>
    </Menu>
  );
}
