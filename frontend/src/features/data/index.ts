export { DataPage } from "./DataPage";
export { sizeFacts } from "./DatasetCard";
export { DatasetFetch } from "./DatasetFetch";
export { DatasetPage } from "./DatasetPage";
export { datasetsQuery } from "./queries";
