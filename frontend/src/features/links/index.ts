export { LinkDialog } from "./LinkDialog";
