import { describe, expect, it } from "vitest";
import type { RunState, RunSummary } from "@/api";
import { newsOf, type Seens } from "./runEnds";

const SINCE = 1000;

/** A row of a run that was there before anybody listened, unless `more` says otherwise. */
const run = (id: string, state: RunState, more: Partial<RunSummary> = {}): RunSummary =>
  ({ id, state, created: 1, ended: null, warning: null, reason: null, ...more }) as RunSummary;

describe("runs that end", () => {
  const ends = (seen: Seens, rows: RunSummary[]) =>
    newsOf(seen, rows, SINCE).map((news) => [news.run.id, "end" in news ? news.end : news.warning]);

  it("are those that were at work when they were last seen, each once", () => {
    const seen: Seens = new Map();
    expect(ends(seen, [run("a", "running"), run("old", "completed", { ended: 900 }), run("b", "queued")])).toEqual([]);
    const completed = run("a", "completed", { ended: 1001 });
    expect(ends(seen, [completed, run("old", "completed", { ended: 900 })])).toEqual([["a", "completed"]]);
    expect(ends(seen, [completed, run("b", "lost")])).toEqual([["b", "lost"]]);
    // A run that is lost and goes on can end once more.
    expect(ends(seen, [run("b", "running"), run("b", "failed", { ended: 1002 })])).toEqual([["b", "failed"]]);
  });

  it("are told where a run begins and ends between two rows", () => {
    const seen: Seens = new Map();
    const quick = run("quick", "failed", { created: 1003, ended: 1003.1 });
    expect(ends(seen, [quick])).toEqual([["quick", "failed"]]);
    expect(ends(seen, [{ ...quick, notes: "looked at" }])).toEqual([]);
    // It waited in the queue since before anybody listened.
    expect(ends(seen, [run("waited", "completed", { created: 900, ended: 1004 })])).toEqual([["waited", "completed"]]);
    // It went on and ended again.
    expect(ends(seen, [run("quick", "completed", { created: 1003, ended: 1005 })])).toEqual([["quick", "completed"]]);
  });

  it("are not those that ended before anybody listened and are only renamed, imported or deleted now", () => {
    const renamed = run("old", "completed", { ended: 999, name: "Another name" });
    const imported = run("imported", "completed", { created: 1001, ended: 1001, reason: "imported" });
    const deleted = run("gone", "completed", { created: 1001, ended: 1001, is_deleted: true });
    expect(ends(new Map(), [renamed, imported, deleted])).toEqual([]);
  });
});

describe("runs that warn", () => {
  const warnings = (seen: Seens, rows: RunSummary[]) =>
    newsOf(seen, rows, SINCE).flatMap((news) => ("warning" in news ? [news.warning] : []));
  const warns = (id: string, warning: string | null, created = 1) => run(id, "running", { warning, created });

  it("are told once for each warning, but not for what stood there when the page came", () => {
    const seen: Seens = new Map();
    expect(warnings(seen, [warns("a", null), warns("b", "Stalled for 60 s.")])).toEqual([]);
    expect(warnings(seen, [warns("a", "Stalled for 70 s."), warns("b", "Stalled for 60 s.")])).toEqual([
      "Stalled for 70 s.",
    ]);
    expect(warnings(seen, [warns("a", "Stalled for 70 s.")])).toEqual([]);
    expect(warnings(seen, [warns("a", "Stalled for 90 s.")])).toHaveLength(1);
    // A run of this very moment warns with its first row.
    expect(warnings(seen, [warns("c", "Stalled for 60 s.", 1001)])).toHaveLength(1);
  });
});
