export { NetworkList } from "./NetworkList";
