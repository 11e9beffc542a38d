/** The graph document in plain TypeScript: no React, no server. */
export { type Catalogue, createCatalogue } from "./catalogue";
export { type Clip, copyNodes, parseClip, pasteEdits } from "./clipboard";
export { applyEdits, EditError, equalEdges } from "./edits";
export { CARD_WIDTH, COLUMN_GAP, cardSize, GRID, portOffset, ROW_GAP, type Size, snap, snapPosition } from "./geometry";
export { graphEntries } from "./graphs";
export { canRedo, canUndo, IGNORE, merge, RECORD } from "./history";
export { idProblem } from "./ids";
export { type LevelPath, levelOfProblem, type ResolvedLevel, reportAt, reportPrefix, resolveLevel } from "./levels";
export { emptyDocument, normalizeDocument } from "./normalize";
export { chainPositions, completePositions, dropToClear, type Positions } from "./placement";
export {
  bestPort,
  canBeMuted,
  edgesBetween,
  endsOf,
  findConnection,
  judgeAll,
  judgeConnection,
  type Level,
  type NodePorts,
  portsAt,
  portsOf,
  type Verdict,
} from "./ports";
export { createDocumentStore, type EditorState, type EditorStore, type Selection } from "./store";
export { dataOrder } from "./topology";
export type * from "./types";
export { BLOCK_PREFIX, blockNameOf, blockOf, ENTRY_TYPE, EXIT_TYPE, NETWORK } from "./types";
