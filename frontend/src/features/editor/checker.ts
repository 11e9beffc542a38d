/** Asks the check about the document after every edit: the latest wins, older questions are called off. */
import type { CheckReport, Document, EditorStore } from "@/document";

export type Check = (document: Document, signal: AbortSignal) => Promise<CheckReport>;

/** Between two questions while edits follow one another; the first after a rest goes out as soon as its edits are done. */
const INTERVAL_MS = 60;
/** Before the page says that it is checking: shorter waits are not worth a word. */
const SLOW_MS = 300;
/** Before a question that got no answer is asked again. */
const RETRY_MS = 3000;

/** Whether two documents mean the same network: names, positions and the training form do not matter to the check. */
function sameMeaning(a: Document | null, b: Document): boolean {
  return a !== null && a.network === b.network && a.blocks === b.blocks;
}

/** Watches `store` and keeps its report up to date; returns what ends the watch. `onError` hears of failed questions. */
export function startChecking(store: EditorStore, check: Check, onError: (error: unknown) => void): () => void {
  let asked: Document | null = null;
  let controller: AbortController | null = null;
  let lastAsked = Number.NEGATIVE_INFINITY;
  let next: ReturnType<typeof setTimeout> | undefined;
  let slow: ReturnType<typeof setTimeout> | undefined;

  function schedule(delay: number): void {
    clearTimeout(next);
    next = setTimeout(() => void ask(), delay);
  }

  async function ask(): Promise<void> {
    const { document } = store.getState();
    lastAsked = performance.now();
    controller?.abort();
    const mine = new AbortController();
    controller = mine;
    try {
      const report = await check(document, mine.signal);
      if (mine.signal.aborted) return;
      clearTimeout(slow);
      store.getState().setReport(report);
    } catch (error) {
      if (mine.signal.aborted) return;
      clearTimeout(slow);
      store.getState().setChecking("failed");
      onError(error);
      schedule(RETRY_MS);
    }
  }

  function onChange(): void {
    const { document } = store.getState();
    if (sameMeaning(asked, document)) return;
    asked = document;
    store.getState().setChecking("pending");
    clearTimeout(slow);
    slow = setTimeout(() => store.getState().setChecking("slow"), SLOW_MS);
    schedule(Math.max(0, lastAsked + INTERVAL_MS - performance.now()));
  }

  const unsubscribe = store.subscribe(onChange);
  onChange();
  return () => {
    unsubscribe();
    clearTimeout(next);
    clearTimeout(slow);
    controller?.abort();
  };
}
