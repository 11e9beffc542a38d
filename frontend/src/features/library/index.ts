export { LibraryDialogs } from "./LibraryDialogs";
