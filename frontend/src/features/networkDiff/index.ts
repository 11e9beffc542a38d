export { NetworkDifferences } from "./NetworkDifferences";
