export { CheckpointExports } from "./CheckpointExports";
export { ExportItem } from "./ExportItem";
export { ExportOptions } from "./ExportOptions";
export { prepareAndDownload } from "./prepare";
