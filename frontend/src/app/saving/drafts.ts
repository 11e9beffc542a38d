import { type Document, normalizeDocument } from "@/document";
import { createDraftStore, type DraftStore } from "./draftStore";
import { openPages } from "./openPages";

/** Edits that the server does not have yet, kept in this browser. */
export interface Draft {
  /** The revision that they grew from. */
  revision: number | null;
  document: Document;
  /** What was sent of them on top of that revision and not answered: the server may have one of these all the same. */
  sent?: Document[];
  /** When they were written, in Unix milliseconds. */
  time: number;
}

export interface Drafts {
  /** Resolves when they are kept: false where the browser has no room or allows no storage, and only the open page holds the edits. */
  write(draft: Draft): Promise<boolean>;
  /** Keeps them before it returns, for a page that is being left. */
  writeAtOnce(draft: Draft): void;
  clear(): Promise<void>;
  /** The newest draft of the network that no open page is at work on; it is this page's from now on. */
  takeNewest(): Promise<Draft | null>;
}

const PREFIX = "netwright-draft:";
/** Before a key: that what `localStorage` holds there up to this time is done with, however late it learns of it. */
const DONE = "done:";
const DONE_KEPT_MS = 24 * 3600 * 1000;

interface Places {
  store: DraftStore;
  /** For what must be kept at once, and where the store keeps nothing. */
  spare: Storage;
  /** The page loads whose drafts are their own. */
  open: () => Promise<Set<string>>;
}

let shared: DraftStore | undefined;

/** Each open page writes under a name of its own, so that two tabs never overwrite each other's edits. */
export function createDrafts(networkId: string, writer: string, places: Partial<Places> = {}): Drafts {
  shared ??= createDraftStore();
  const { store = shared, spare = localStorage, open = openPages } = places;
  const prefix = `${PREFIX}${networkId}:`;
  const own = prefix + writer;

  function writeSpare(key: string, text: string): boolean {
    try {
      spare.setItem(key, text);
      return true;
    } catch (error) {
      // The storage is full or forbidden; the caller says so.
      return onlyStorage(error, false);
    }
  }

  async function write(draft: Draft): Promise<boolean> {
    const text = JSON.stringify(draft);
    try {
      await store.put(own, text);
      return true;
    } catch (error) {
      return onlyStorage(error, true) && writeSpare(own, text);
    }
  }

  async function remove(key: string): Promise<void> {
    const left = parse(spare.getItem(key));
    spare.removeItem(key);
    try {
      await store.remove(key);
      if (left !== null) await store.put(DONE + key, String(left.time));
    } catch (error) {
      onlyStorage(error, null);
    }
  }

  async function kept(): Promise<{ key: string; draft: Draft }[]> {
    const [drafts, done] = await readStore(store, prefix);
    const spares = Object.keys(spare)
      .filter((key) => key.startsWith(prefix))
      .map((key): [string, string] => [key, spare.getItem(key) ?? ""])
      .filter(([key, text]) => (parse(text)?.time ?? 0) > (done.get(key) ?? 0));
    return [...drafts, ...spares]
      .map(([key, text]) => ({ key, draft: parse(text) }))
      .filter((entry): entry is { key: string; draft: Draft } => entry.draft !== null)
      .sort((a, b) => b.draft.time - a.draft.time);
  }

  return {
    write,
    writeAtOnce: (draft) => void writeSpare(own, JSON.stringify(draft)),
    clear: () => remove(own),
    takeNewest: async () => {
      const others = await open();
      const [newest] = (await kept()).filter(({ key }) => key === own || !others.has(key.slice(prefix.length)));
      if (newest === undefined) return null;
      if (newest.key !== own && (await write(newest.draft))) await remove(newest.key);
      return newest.draft;
    },
  };
}

/** The drafts of a network, and up to which time those of `localStorage` are done with; nothing where the browser keeps nothing. */
async function readStore(store: DraftStore, prefix: string): Promise<[[string, string][], Map<string, number>]> {
  try {
    const [drafts, done] = await Promise.all([store.entries(prefix), store.entries(DONE)]);
    const old = done.filter(([, time]) => Number(time) < Date.now() - DONE_KEPT_MS);
    await Promise.all(old.map(([key]) => store.remove(key)));
    return [drafts, new Map(done.map(([key, time]) => [key.slice(DONE.length), Number(time)]))];
  } catch (error) {
    return onlyStorage(error, [[], new Map()]);
  }
}

/** `answer` where a storage refused; anything else is a fault of ours and is thrown on. */
function onlyStorage<T>(error: unknown, answer: T): T {
  if (error instanceof DOMException) return answer;
  throw error;
}

/** Whether two documents mean and show the same. */
export function isSameDocument(a: Document, b: Document): boolean {
  return JSON.stringify(normalizeDocument(a)) === JSON.stringify(normalizeDocument(b));
}

/**
 * What of a draft the server lacks, and on top of which revision it goes: null where it has all of it.  A draft whose last save arrived
 * without its answer goes on top of that save, and nobody is asked about it.
 */
export function lacking(draft: Draft, server: { revision: number; document: Document }): Draft | null {
  if (isSameDocument(draft.document, server.document)) return null;
  const hasArrived = draft.sent?.some((one) => isSameDocument(one, server.document));
  return hasArrived === true ? { ...draft, revision: server.revision } : draft;
}

function parse(text: string | null): Draft | null {
  if (text === null) return null;
  try {
    const draft: unknown = JSON.parse(text);
    return isDraft(draft) ? draft : null;
  } catch (error) {
    // Cut off by a crash of the browser: there is nothing to bring back.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { document, time } = value as Partial<Draft>;
  return typeof time === "number" && typeof document === "object" && document !== null && "network" in document;
}
