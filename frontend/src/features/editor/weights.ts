/** What the attached weights do in the open network: asked after edits, only while weights are attached. */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { WeightsCompared } from "@/api";
import { type Document, type EditorStore, type LevelPath, namesOf } from "@/document";

export interface AttachedWeights {
  source: string;
  match: "name" | "order";
}

export interface WeightsState {
  attached: AttachedWeights | null;
  /** The last comparison; it stays on show while a newer one is on its way. */
  compared: WeightsCompared | null;
  /** Why there is no comparison, in a sentence. */
  failure: string | null;
}

export type WeightsStore = StoreApi<WeightsState>;
export type Compare = (document: Document, weights: AttachedWeights, signal: AbortSignal) => Promise<WeightsCompared>;

/** How a card's weights stand: those of all repetitions and all layers inside together. */
export type WeightsMark = "kept" | "resized" | "partial" | "new";

const DEBOUNCE_MS = 150;
const NOTHING: WeightsState = { attached: null, compared: null, failure: null };

export function createWeightsStore(): WeightsStore {
  return createStore<WeightsState>()(() => NOTHING);
}

/** What the document's training config says that a run begins with. */
export function attachedTo(document: Document): AttachedWeights | null {
  const initial = document.training?.initial_weights;
  if (typeof initial !== "object" || initial === null || Array.isArray(initial)) return null;
  const { source, match } = initial as Partial<AttachedWeights>;
  return typeof source === "string" ? { source, match: match === "order" ? "order" : "name" } : null;
}

function same(a: AttachedWeights | null, b: AttachedWeights | null): boolean {
  return a?.source === b?.source && a?.match === b?.match;
}

/** Watches `store` and keeps the comparison up to date; returns what ends the watch. */
export function startComparing(
  store: EditorStore,
  weights: WeightsStore,
  compare: Compare,
  say: (error: unknown) => string,
): () => void {
  let asked: { document: Document; attached: AttachedWeights } | null = null;
  let controller: AbortController | null = null;
  let debounce: ReturnType<typeof setTimeout> | undefined;

  async function ask(document: Document, attached: AttachedWeights): Promise<void> {
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    try {
      const compared = await compare(document, attached, mine.signal);
      if (!mine.signal.aborted) weights.setState({ attached, compared, failure: null });
    } catch (error) {
      if (!mine.signal.aborted) weights.setState({ attached, compared: null, failure: say(error) });
    }
  }

  function onChange(): void {
    const { document } = store.getState();
    const attached = attachedTo(document);
    if (attached === null) {
      if (asked === null && weights.getState().attached === null) return;
      asked = null;
      clearTimeout(debounce);
      controller?.abort();
      weights.setState(NOTHING);
      return;
    }
    const isKnown =
      asked !== null &&
      same(asked.attached, attached) &&
      asked.document.network === document.network &&
      asked.document.blocks === document.blocks;
    if (isKnown) return;
    asked = { document, attached };
    clearTimeout(debounce);
    debounce = setTimeout(() => void ask(document, attached), DEBOUNCE_MS);
  }

  const unsubscribe = store.subscribe(onChange);
  onChange();
  return () => {
    unsubscribe();
    clearTimeout(debounce);
    controller?.abort();
  };
}

/** The mark of each node of a level that has weights. */
export function marksAt(compared: WeightsCompared | null, level: LevelPath): ReadonlyMap<string, WeightsMark> {
  const marks = new Map<string, WeightsMark>();
  for (const [path, { state }] of Object.entries(compared?.nodes ?? {})) {
    const names = namesOf(path);
    const id = names[level.length];
    if (id === undefined || !level.every((name, at) => names[at] === name)) continue;
    const before = marks.get(id);
    marks.set(id, before === undefined ? state : join(before, state));
  }
  return marks;
}

function join(a: WeightsMark, b: WeightsMark): WeightsMark {
  if (a === b) return a;
  const pair = [a, b];
  return pair.includes("new") || pair.includes("partial") ? "partial" : "resized";
}
