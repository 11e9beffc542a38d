export { ChartControls } from "./ChartControls";
export { LineChart } from "./LineChart";
export { MetricStore } from "./metricStore";
export type { ChartSeries, ChartView, Mark } from "./plot";
export { formatClock, formatValue } from "./ticks";
