/** The graph document in plain TypeScript: no React, no server. */
export { type Catalogue, createCatalogue } from "./catalogue";
export { applyEdits, EditError, equalEdges } from "./edits";
export { canRedo, canUndo, IGNORE, merge, RECORD } from "./history";
export { idProblem } from "./ids";
export { type LevelPath, levelOfProblem, reportAt, reportPrefix, resolveLevel } from "./levels";
export { emptyDocument, normalizeDocument } from "./normalize";
export { formatShape, judgeConnection, type NodePorts, portsAt, portsOf, type Verdict } from "./ports";
export { createDocumentStore, type EditorState, type EditorStore, type Selection } from "./store";
export type * from "./types";
export { BLOCK_PREFIX, blockNameOf, blockOf, ENTRY_TYPE, EXIT_TYPE, NETWORK } from "./types";
