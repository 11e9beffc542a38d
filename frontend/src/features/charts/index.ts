export { ChartControls } from "./ChartControls";
export { buildLine, fullRange, type LineOptions, type XAxis, xAt } from "./frame";
export { Swatch } from "./Legend";
export { LineChart } from "./LineChart";
export { MetricBuffer, type SeriesColumns, stampOf } from "./metricBuffer";
export { MetricStore } from "./metricStore";
export { type ChartSeries, type ChartView, type Mark, NUM_COLORS } from "./plot";
export { onBeat } from "./redraw";
