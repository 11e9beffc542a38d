export { api, fetchBytes, fetchText, sendBytes, sendForFile, unwrap, watchedFetch } from "./client";
export { type Connection, connection } from "./connection";
export { loadPart } from "./loadPart";
export { isFamily, type Mode, metricTitle, modeOf, numberIn, useMetrics, withNumber } from "./metricModes";
export { ApiProblem, isApiProblem, isServerAway, OFFLINE, sentenceOf, toApiProblem } from "./problem";
export * from "./queries";
export { type SendOptions, sendFile } from "./sendFile";
export type * from "./types";
export { useConnection } from "./useConnection";
