export { CostsPanel } from "./CostsPanel";
export { TimesKeeper } from "./TimesKeeper";
