export { DataPage } from "./DataPage";
export { useSizeFacts } from "./DatasetCard";
export { DatasetFetch } from "./DatasetFetch";
export { DatasetPage } from "./DatasetPage";
export { datasetsQuery, isBusy, previewQuery } from "./queries";
