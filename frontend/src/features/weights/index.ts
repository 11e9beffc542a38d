export { WeightsButton } from "./WeightsButton";
export { MatchControl, WeightsPanel } from "./WeightsPanel";
export { WeightsSummary } from "./WeightsSummary";
