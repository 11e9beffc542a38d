import { describe, expect, it } from "vitest";
import type { RunState, RunSummary } from "@/api";
import { endsOf, warningsOf } from "./runEnds";

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

describe("runs that warn", () => {
  const warns = (id: string, warning: string | null) => ({ id, state: "running", warning }) as RunSummary;

  it("are told once for each warning, but not for what stood there when the page came", () => {
    const told = new Map<string, string | null>();
    expect(warningsOf(told, [warns("a", null), warns("b", "Stalled for 60 s.")])).toEqual([]);
    expect(warningsOf(told, [warns("a", "Stalled for 70 s."), warns("b", "Stalled for 60 s.")])).toEqual([
      warns("a", "Stalled for 70 s."),
    ]);
    expect(warningsOf(told, [warns("a", "Stalled for 70 s.")])).toEqual([]);
    expect(warningsOf(told, [warns("a", "Stalled for 90 s.")])).toHaveLength(1);
  });
});
