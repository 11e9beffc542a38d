import { useSyncExternalStore } from "react";
import { notifyUndo } from "./notify";

/** As long as the notice with its undo button stands. */
export const UNDO_MS = 10_000;

const NONE: ReadonlySet<string> = new Set();
let hidden: ReadonlySet<string> = NONE;
const listeners = new Set<() => void>();

function setHidden(next: ReadonlySet<string>): void {
  hidden = next;
  for (const listener of listeners) listener();
}

function show(ids: readonly string[]): void {
  setHidden(new Set([...hidden].filter((other) => !ids.includes(other))));
}

interface PendingDeletion {
  ids: readonly string[];
  message: string;
  undoLabel: string;
  /** Really deletes one; an error is the caller's to say. */
  remove: (id: string) => Promise<void>;
}

/**
 * Deletes what cannot be brought back only after the time to undo has passed; until then it is merely hidden. Closing the page
 * before that keeps it: the safe side. Several together are taken back together.
 */
export function deleteAllLater({ ids, message, undoLabel, remove }: PendingDeletion): void {
  const fresh = ids.filter((id) => !hidden.has(id));
  if (fresh.length === 0) return;
  setHidden(new Set([...hidden, ...fresh]));
  const timer = setTimeout(() => {
    for (const id of fresh) void remove(id).finally(() => show([id]));
  }, UNDO_MS);
  notifyUndo(message, undoLabel, () => {
    clearTimeout(timer);
    show(fresh);
  });
}

/** The same for one. */
export function deleteLater({
  id,
  remove,
  ...rest
}: Omit<PendingDeletion, "ids" | "remove"> & { id: string; remove: () => Promise<void> }): void {
  deleteAllLater({ ...rest, ids: [id], remove });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Ids of what is about to be deleted: lists leave them out. */
export function usePendingDeletions(): ReadonlySet<string> {
  return useSyncExternalStore(subscribe, () => hidden);
}
