export { OutlinePicture } from "./OutlinePicture";
