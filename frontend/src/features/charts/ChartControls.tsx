import { Group, SegmentedControl, Slider, Switch, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { XAxis } from "./frame";
import type { ChartView } from "./plot";

const AXES: readonly XAxis[] = ["step", "epoch", "elapsed"];

interface Props {
  view: ChartView;
  onChange: (view: ChartView) => void;
  axes?: readonly XAxis[];
  /** Whether the horizontal axis may be logarithmic too. */
  hasLogX?: boolean;
}

/** What all charts of a page share: the x axis, the smoothing, the scale. */
export function ChartControls({ view, onChange, axes = AXES, hasLogX = false }: Props) {
  const { t } = useTranslation("runs");
  return (
    <Group gap="lg" role="group" aria-label={t("charts.controls")} wrap="wrap">
      <SegmentedControl
        size="xs"
        aria-label={t("charts.axis")}
        data={axes.map((axis) => ({ value: axis, label: t(`charts.axes.${axis}`) }))}
        value={view.axis}
        onChange={(axis) => onChange({ ...view, axis: axis as XAxis })}
      />
      <Group gap="sm" wrap="nowrap">
        <Text size="sm" id="chart-smoothing">
          {t("charts.smoothing")}
        </Text>
        <Slider
          w={140}
          size="sm"
          min={0}
          max={0.99}
          step={0.01}
          value={view.smoothing}
          thumbProps={{ "aria-labelledby": "chart-smoothing" }}
          label={(value) => value.toFixed(2)}
          onChange={(smoothing) => onChange({ ...view, smoothing })}
        />
        <Text size="sm" w={30}>
          {view.smoothing.toFixed(2)}
        </Text>
      </Group>
      <Switch
        size="xs"
        label={t("charts.log")}
        checked={view.isLog}
        onChange={(event) => onChange({ ...view, isLog: event.currentTarget.checked })}
      />
      {hasLogX && (
        <Switch
          size="xs"
          label={t("charts.logX")}
          checked={view.isLogX === true}
          onChange={(event) => onChange({ ...view, isLogX: event.currentTarget.checked })}
        />
      )}
    </Group>
  );
}
