import type { Document } from "@/document";

/** Edits that the server does not have yet, kept in this browser. */
export interface Draft {
  /** The revision that they grew from. */
  revision: number | null;
  document: Document;
  /** When they were written, in Unix milliseconds. */
  time: number;
}

export interface Drafts {
  /** False where the browser has no room or allows no storage: then only the open page holds the edits. */
  write(draft: Draft): boolean;
  clear(): void;
  /** The newest draft of the network, whichever tab wrote it; it is this tab's from now on. */
  takeNewest(): Draft | null;
}

const PREFIX = "netwright-draft:";

/** Each open page writes under a name of its own, so that two tabs never overwrite each other's edits. */
export function createDrafts(networkId: string, writer: string, storage: Storage = localStorage): Drafts {
  const prefix = `${PREFIX}${networkId}:`;
  const own = prefix + writer;

  function write(draft: Draft): boolean {
    try {
      storage.setItem(own, JSON.stringify(draft));
      return true;
    } catch (error) {
      // The storage is full or forbidden; the caller says so.
      if (error instanceof DOMException) return false;
      throw error;
    }
  }

  return {
    write,
    clear: () => storage.removeItem(own),
    takeNewest: () => {
      const found = Object.keys(storage)
        .filter((key) => key.startsWith(prefix))
        .map((key) => ({ key, draft: parse(storage.getItem(key)) }))
        .filter((entry): entry is { key: string; draft: Draft } => entry.draft !== null)
        .sort((a, b) => b.draft.time - a.draft.time);
      const [newest] = found;
      if (newest === undefined) return null;
      if (newest.key !== own && write(newest.draft)) storage.removeItem(newest.key);
      return newest.draft;
    },
  };
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
