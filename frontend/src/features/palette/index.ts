export { Palette } from "./Palette";
export { QuickAdd } from "./QuickAdd";
