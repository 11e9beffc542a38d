export { DeletedNetworks } from "./DeletedNetworks";
export { NetworkList } from "./NetworkList";
