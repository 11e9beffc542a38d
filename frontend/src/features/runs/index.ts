export { RunPage } from "./RunPage";
export { RunsPage } from "./RunsPage";
export { StateBadge } from "./StateBadge";
