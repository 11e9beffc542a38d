export { NodeTree } from "./NodeTree";
