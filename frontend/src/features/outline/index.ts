export { type Marks, OutlinePicture } from "./OutlinePicture";
