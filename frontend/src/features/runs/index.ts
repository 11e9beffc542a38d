export { CurveFiles } from "./CurveFiles";
export { flattenConfig } from "./flattenConfig";
export { groupMetrics, isOverEpochSoFar, isSystemGroup } from "./metricGroups";
export { runQuery, runsQuery, useAreSettingsPending, useRunSettings } from "./queries";
export { RunNotices } from "./RunNotices";
export { RunPage } from "./RunPage";
export { RunsPage } from "./RunsPage";
export { isMoving } from "./runWords";
export { StateBadge } from "./StateBadge";
export {
  type AllSettings,
  buildFields,
  differs,
  type Field,
  type Fields,
  type FieldValue,
  valueKey,
} from "./table/fields";
export { exactField, fieldTitle, formatField } from "./table/fieldWords";
export type { Decimals } from "./table/RunsTable";
export { useRunsLive } from "./useRunsLive";
export { useSteady } from "./useSteady";
