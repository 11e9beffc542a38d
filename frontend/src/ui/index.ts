export { Delayed } from "./Delayed";
export { downloadText, toFilename } from "./download";
export { EmptyState } from "./EmptyState";
export * from "./format";
export { notifyDone, notifyError, notifyUndo } from "./notify";
export { PageBar, PageBarProvider, PageBarSlot } from "./PageBar";
export { ReasonedButton, ReasonedIcon } from "./ReasonedButton";
export { CardSkeletons, LineSkeletons } from "./Skeletons";
export { usePageTitle } from "./usePageTitle";
