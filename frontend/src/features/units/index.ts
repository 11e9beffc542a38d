export { UnitsTable } from "./UnitsTable";
export type { UnitsEvent } from "./unitsHistory";
