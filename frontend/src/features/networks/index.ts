export { NetworkList } from "./NetworkList";
export { OutlinePicture } from "./OutlinePicture";
