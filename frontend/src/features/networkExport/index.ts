export { NetworkExports } from "./NetworkExports";
