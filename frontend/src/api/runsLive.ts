/** One socket for the rows of the table of runs, however many parts of the page listen. No React here. */

import { type Handlers, type LiveConnection, type LiveEnvironment, openLive, socketUrl } from "./live";
import type { RunSummary } from "./types";

type Listener = Pick<Handlers<RunSummary>, "onItems" | "onReconnected">;

interface Shared {
  connection: LiveConnection;
  listeners: Set<Listener>;
  /** The newest row of each run that came: who listens later gets them first, as from a socket of its own. */
  rows: Map<string, RunSummary>;
}

/** By address, which names the language of what is told. */
const open = new Map<string, Shared>();

function openShared(url: string, environment: LiveEnvironment | undefined): Shared {
  const listeners = new Set<Listener>();
  const rows = new Map<string, RunSummary>();
  const connection = openLive<RunSummary>({
    url: () => url,
    onItems: (changed) => {
      for (const row of changed) rows.set(row.id, row);
      for (const { onItems } of [...listeners]) onItems(changed);
    },
    onReconnected: () => {
      for (const { onReconnected } of [...listeners]) onReconnected?.();
    },
    ...(environment === undefined ? {} : { environment }),
  });
  return { connection, listeners, rows };
}

/** The rows of the table of runs as they change; first of all those that changed lately. Gives what ends it. */
export function openRunsLive(listener: Listener, environment?: LiveEnvironment): () => void {
  const url = socketUrl("/api/runs/live");
  const shared = open.get(url) ?? openShared(url, environment);
  open.set(url, shared);
  shared.listeners.add(listener);
  const before = [...shared.rows.values()];
  // Not at once: who listens is told nothing before it knows how to end it.
  queueMicrotask(() => {
    if (shared.listeners.has(listener) && before.length > 0) listener.onItems(before);
  });
  return () => {
    shared.listeners.delete(listener);
    if (shared.listeners.size > 0) return;
    shared.connection.close();
    if (open.get(url) === shared) open.delete(url);
  };
}
