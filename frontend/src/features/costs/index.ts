export { CostsPanel } from "./CostsPanel";
