export { TryOut } from "./TryOut";
