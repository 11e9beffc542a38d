import type { RunState, RunSummary } from "@/api";

const ENDS = ["completed", "stopped", "failed", "lost"] as const;

export type EndState = (typeof ENDS)[number];

function asEnd(state: RunState): EndState | undefined {
  return ENDS.find((end) => end === state);
}

/** What was seen of a run last. */
export interface Seen {
  state: RunState;
  ended: number | null;
  warning: string | null;
}

export type Seens = Map<string, Seen>;

/** What a person should hear of a run: that it ended, or what it warns of. */
export type RunNews = { run: RunSummary; end: EndState } | { run: RunSummary; warning: string };

/**
 * What is new among `changed`, each once; `seen` remembers what was seen. Of a run that is first seen now it is new if it came about
 * since `since` (in the server's Unix seconds), so that one which begins and ends between two rows is told of as well; what
 * stood there when the page came is no news.
 */
export function newsOf(seen: Seens, changed: readonly RunSummary[], since: number): RunNews[] {
  const news: RunNews[] = [];
  for (const run of changed) {
    const before = seen.get(run.id);
    const warning = run.warning ?? null;
    seen.set(run.id, { state: run.state, ended: run.ended, warning });
    // Imported curves ended elsewhere, and whoever deletes a run knows.
    if (run.reason === "imported" || run.is_deleted === true) continue;
    const isNew = before === undefined ? run.created >= since : before.warning !== warning;
    if (warning !== null && isNew) news.push({ run, warning });
    const end = asEnd(run.state);
    if (end !== undefined && hasEnded(before, run, since)) news.push({ run, end });
  }
  return news;
}

function hasEnded(before: Seen | undefined, run: RunSummary, since: number): boolean {
  if (before === undefined) return run.ended !== null && run.ended >= since;
  // A run that goes on and ends between two rows has another end than before.
  return asEnd(before.state) === undefined || (before.ended !== null && run.ended !== null && run.ended > before.ended);
}
