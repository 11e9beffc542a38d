/** The graph document in plain TypeScript: no React, no server. */
export { type Axis, alignPositions, distributePositions, type Side } from "./arranging";
export {
  type BlockSet,
  blockNameProblem,
  blockSet,
  bundleOf,
  duplicateBlockEdits,
  makeUniqueEdits,
  mergeBlocks,
  placingProblem,
  renameBlockEdits,
} from "./blocks/definitions";
export { freeBlockName, groupEdits, groupProblem, suggestBlockName } from "./blocks/group";
export {
  exposeEdits,
  followersOf,
  freeParameterName,
  inlineEdits,
  parameterProblem,
  removeParameter,
  renameParameter,
} from "./blocks/parameters";
export { problemsWithin } from "./blocks/problems";
export { isRefused, planUnpack, type Unpacked } from "./blocks/unpack";
export { blocksWithin, recursionProblem, type Use, usesOf } from "./blocks/uses";
export { type Catalogue, createCatalogue } from "./catalogue";
export { type Clip, copyNodes, parseClip, pasteEdits } from "./clipboard";
export {
  type BlockChange,
  type Change,
  diffDocuments,
  type EdgeChange,
  type FieldChange,
  type NodeChange,
} from "./diff";
export { applyEdits, EditError, equalEdges } from "./edits";
export { writeDocument } from "./file";
export { type FoundNode, findNodes } from "./finding";
export { type Fit, fitsOf } from "./fitting";
export {
  branchFrom,
  type Folded,
  foldsOf,
  foldWith,
  freeFoldId,
  meantPort,
  meantPositions,
  type Seen,
  seenLevel,
  seenPositions,
  setFold,
  standInOf,
} from "./folds";
export { type Followers, freeOutput, typesAfter } from "./following";
export {
  countFrozen,
  existingFrozen,
  type FrozenState,
  frozenOf,
  frozenState,
  namesOf,
  setFrozen,
} from "./frozen";
export { CARD_WIDTH, COLUMN_GAP, cardSize, GRID, portOffset, ROW_GAP, type Size, snap, snapPosition } from "./geometry";
export { graphEntries } from "./graphs";
export { canRedo, canUndo, IGNORE, merge, RECORD } from "./history";
export { idProblem } from "./ids";
export {
  findLevel,
  type LevelPath,
  levelOfProblem,
  type ResolvedLevel,
  reportAt,
  reportPrefix,
  resolveLevel,
} from "./levels";
export {
  COLORS,
  freeMarkId,
  heldBy,
  type MarkKind,
  type MarkRef,
  marksOf,
  moveMarkEdits,
  placeAround,
  setMark,
} from "./marks";
export { differsWithin, mergeDocuments } from "./merging";
export { emptyDocument, meaningOf, normalizeBlock, normalizeDocument } from "./normalize";
export { type Origin, originsOf } from "./origins";
export { type Pasted, readPasted } from "./pasting";
export { chainPositions, completePositions, dropToClear, type Positions, placeAfter } from "./placement";
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
export {
  distanceToLine,
  findLane,
  ledMiddles,
  ledPath,
  type Point,
  type Rect,
  type WirePath,
  wireAt,
  wirePath,
} from "./routing";
export { hasWeights, shareCandidates, shareEdits, sharersOf } from "./sharing";
export { createDocumentStore, type EditorState, type EditorStore, type Selection } from "./store";
export { dataOrder, downstreamOfAll, upstreamOfAll } from "./topology";
export type * from "./types";
export { BLOCK_PREFIX, blockNameOf, blockOf, ENTRY_TYPE, EXIT_TYPE, NETWORK } from "./types";
export { type Ends, MOST_POINTS, pointsOf, setWay, shiftedPoints, toPoint, withPoint } from "./ways";
export { canTakeWire, deleteEdits, detachEdits, type LooseWire, wiresThrough } from "./wiring";
