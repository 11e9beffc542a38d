export { Totals } from "./Totals";
