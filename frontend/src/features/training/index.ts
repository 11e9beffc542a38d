export { TrainDrawer } from "./TrainDrawer";
