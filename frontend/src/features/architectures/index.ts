export { ArchitecturePage } from "./ArchitecturePage";
export { Gallery } from "./Gallery";
export { Starters } from "./Starters";
