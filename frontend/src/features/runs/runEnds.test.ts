import { describe, expect, it } from "vitest";
import type { RunState, RunSummary } from "@/api";
import { endsOf } from "./runEnds";

const run = (id: string, state: RunState) => ({ id, state }) as RunSummary;

describe("runs that end", () => {
  it("are those that were at work when they were last seen, each once", () => {
    const states = new Map<string, RunState>();
    expect(endsOf(states, [run("a", "running"), run("old", "completed"), run("b", "queued")])).toEqual([]);
    expect(endsOf(states, [run("a", "completed"), run("old", "completed")])).toEqual([
      [run("a", "completed"), "completed"],
    ]);
    expect(endsOf(states, [run("a", "completed"), run("b", "lost")])).toEqual([[run("b", "lost"), "lost"]]);
    // A run that is lost and goes on can end once more.
    expect(endsOf(states, [run("b", "running"), run("b", "failed")])).toEqual([[run("b", "failed"), "failed"]]);
  });
});
