/** Asks the check about the document after every edit: the latest wins, older questions are called off. */
import type { CheckReport, Document, EditorStore } from "@/document";

export type Check = (document: Document, signal: AbortSignal) => Promise<CheckReport>;

/** After the last edit, before the question goes out. */
const DEBOUNCE_MS = 60;
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
  let debounce: ReturnType<typeof setTimeout> | undefined;
  let slow: ReturnType<typeof setTimeout> | undefined;

  function schedule(delay: number): void {
    clearTimeout(debounce);
    debounce = setTimeout(() => void ask(), delay);
  }

  async function ask(): Promise<void> {
    const { document } = store.getState();
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
    schedule(DEBOUNCE_MS);
  }

  const unsubscribe = store.subscribe(onChange);
  onChange();
  return () => {
    unsubscribe();
    clearTimeout(debounce);
    clearTimeout(slow);
    controller?.abort();
  };
}
