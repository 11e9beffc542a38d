/**
 * Undo as a list of snapshots. Every change says what it is: `record` is an entry of its own, `merge` joins the entry
 * before it when both carry the same key (a slider, a run of arrow keys), `ignore` is no entry and survives undo.
 *
 * Snapshots share what they have in common, so an entry costs what its edit changed. A drag pushes one entry at its end.
 */
import type { Label } from "./types";

export interface HistoryEntry<T> {
  label: Label;
  before: T;
  after: T;
  mergeKey: string | null;
}

export interface History<T> {
  /** Oldest first; the first `position` of them are applied, the others can be redone. */
  entries: readonly HistoryEntry<T>[];
  position: number;
}

export type HistoryMode = { kind: "record" } | { kind: "merge"; key: string } | { kind: "ignore" };

export const RECORD: HistoryMode = { kind: "record" };
export const IGNORE: HistoryMode = { kind: "ignore" };
export const merge = (key: string): HistoryMode => ({ kind: "merge", key });

/** Older entries than this many are forgotten. */
export const MAX_ENTRIES = 500;

export function emptyHistory<T>(): History<T> {
  return { entries: [], position: 0 };
}

/** The history after a change from `before` to `after`; what could be redone is gone. */
export function push<T>(history: History<T>, mode: HistoryMode, label: Label, before: T, after: T): History<T> {
  if (mode.kind === "ignore") return history;
  const applied = history.entries.slice(0, history.position);
  const last = applied.at(-1);
  const mergeKey = mode.kind === "merge" ? mode.key : null;
  const entry: HistoryEntry<T> = { label, before, after, mergeKey };
  if (last && mergeKey !== null && last.mergeKey === mergeKey && history.position === history.entries.length) {
    applied[applied.length - 1] = { ...entry, before: last.before };
  } else {
    applied.push(entry);
  }
  const entries = applied.slice(-MAX_ENTRIES);
  return { entries, position: entries.length };
}

/** Ends the current run of merges: the next change with the same key is an entry of its own. */
export function seal<T>(history: History<T>): History<T> {
  const last = history.entries[history.position - 1];
  if (!last || last.mergeKey === null) return history;
  const entries = history.entries.map((entry) => (entry === last ? { ...entry, mergeKey: null } : entry));
  return { ...history, entries };
}

export function canUndo<T>(history: History<T>): boolean {
  return history.position > 0;
}

export function canRedo<T>(history: History<T>): boolean {
  return history.position < history.entries.length;
}

/**
 * Goes to the state after the first `position` entries: 0 is before all of them. Undo is a jump by one back, redo by one
 * forth. Null where there is no such state or it is the current one.
 */
export function jump<T>(history: History<T>, position: number): { history: History<T>; state: T } | null {
  if (position < 0 || position > history.entries.length || position === history.position) return null;
  const entry = position === 0 ? history.entries[0] : history.entries[position - 1];
  if (!entry) return null;
  const state = position === 0 ? entry.before : entry.after;
  return { history: seal({ ...history, position }), state };
}

/** Applies an ignored change to every snapshot as well, so that undo does not take it back. */
export function mapSnapshots<T>(history: History<T>, change: (snapshot: T) => T): History<T> {
  const changed = new Map<T, T>();
  const once = (snapshot: T): T => {
    const known = changed.get(snapshot);
    if (known !== undefined) return known;
    const result = change(snapshot);
    changed.set(snapshot, result);
    return result;
  };
  const entries = history.entries.map((entry) => ({
    ...entry,
    before: once(entry.before),
    after: once(entry.after),
  }));
  return { ...history, entries };
}
