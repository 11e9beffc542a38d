export { ExperimentNote } from "./ExperimentNote";
export { ExperimentSection } from "./ExperimentSection";
