/**
 * Where drafts lie: texts by key.  In a browser it is IndexedDB, whose writes are with the system when they are said to be done; those
 * of `localStorage` reach the disk up to a minute later, and a browser that is killed has lost what was written and kept what was cleared.
 */
export interface DraftStore {
  /** Rejects where there is no room, or where the browser keeps nothing. */
  put(key: string, text: string): Promise<void>;
  /** Rejects where the browser keeps nothing. */
  remove(key: string): Promise<void>;
  /** All entries whose key begins with `prefix`; rejects where the browser keeps nothing. */
  entries(prefix: string): Promise<[key: string, text: string][]>;
}

const DATABASE = "netwright";
const STORE = "drafts";
/** A browser with a broken profile may never answer; nobody waits for it to open a network. */
const PATIENCE_MS = 3000;

/** Opened with the first use; a browser without IndexedDB, or one that forbids it, rejects each call. */
export function createDraftStore(): DraftStore {
  let opened: Promise<IDBDatabase> | undefined;

  async function work<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    opened ??= open();
    const transaction = (await opened).transaction(STORE, mode);
    const request = act(transaction.objectStore(STORE));
    await ended(transaction);
    return request.result;
  }

  return {
    put: async (key, text) => void (await work("readwrite", (store) => store.put(text, key))),
    remove: (key) => work("readwrite", (store) => store.delete(key)),
    entries: async (prefix) => {
      const range = () => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
      const [keys, texts] = await Promise.all([
        work("readonly", (store) => store.getAllKeys(range())),
        work<unknown[]>("readonly", (store) => store.getAll(range())),
      ]);
      return keys.map((key, index) => [String(key), String(texts[index])]);
    },
  };
}

async function open(): Promise<IDBDatabase> {
  if (typeof indexedDB === "undefined") throw new DOMException("There is no IndexedDB.", "NotSupportedError");
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(STORE);
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    setTimeout(() => reject(new DOMException("IndexedDB does not answer.", "TimeoutError")), PATIENCE_MS);
  });
}

function ended(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}
