import type { RunState, RunSummary } from "@/api";

const ENDS = ["completed", "stopped", "failed", "lost"] as const;

export type EndState = (typeof ENDS)[number];

function asEnd(state: RunState): EndState | undefined {
  return ENDS.find((end) => end === state);
}

/** The runs among `changed` that were seen at work before and have ended now; `states` remembers what was seen. */
export function endsOf(states: Map<string, RunState>, changed: readonly RunSummary[]): [RunSummary, EndState][] {
  const ended: [RunSummary, EndState][] = [];
  for (const run of changed) {
    const before = states.get(run.id);
    const end = asEnd(run.state);
    states.set(run.id, run.state);
    if (end !== undefined && before !== undefined && asEnd(before) === undefined) ended.push([run, end]);
  }
  return ended;
}

/** The runs among `changed` that warn of something at work, of which nobody was told before; `told` remembers what was seen. */
export function warningsOf(told: Map<string, string | null>, changed: readonly RunSummary[]): RunSummary[] {
  return changed.filter((run) => {
    const warning = run.warning ?? null;
    const before = told.get(run.id);
    told.set(run.id, warning);
    // What stood there when the page came is no news.
    return warning !== null && before !== undefined && before !== warning;
  });
}
