import { describe, expect, it } from "vitest";
import type { RunSummary } from "@/api";
import { type AllSettings, buildFields, differs, type Settings, sortBy, timeLeft } from "./fields";
import { askedValues, findFields, parseNumber, parseQuery, withCondition } from "./query";

const DAY = 86_400;
const NOW = 100 * DAY;

function run(id: string, more: Partial<RunSummary> = {}): RunSummary {
  return {
    id,
    name: `run ${id}`,
    notes: "",
    tags: [],
    network_id: null,
    network_name: "net",
    state: "completed",
    phase: null,
    reason: "finished",
    message: null,
    created: NOW - DAY,
    started: 1,
    ended: null,
    elapsed: 10,
    attempt: 1,
    step: 5,
    epoch: 1,
    total_steps: 10,
    epochs: 2,
    steps_per_epoch: 5,
    device: "cpu",
    parameters: 1000,
    data_source: "digits",
    last: {},
    best: {},
    ranges: {},
    archived: null,
    commands_waiting: [],
    is_deleted: false,
    ...more,
  };
}

const range = (lowest: number, highest: number) => ({ lowest, lowest_epoch: 1, highest, highest_epoch: 7 });
const RUNS = [
  run("a", {
    name: "Beta wide",
    best: { "val/Accuracy": 0.9, "val/loss": 0.1 },
    last: { "val/Accuracy": 0.8, "val/loss": 0.2, "system/rss_bytes": 5 },
    ranges: { "val/Accuracy": range(0.1, 0.9), "val/loss": range(0.1, 2.3) },
    tags: ["baseline", "two words"],
    parameters: 11_700_000,
  }),
  run("b", { best: { "val/Accuracy": 0.95 }, last: { "val/Accuracy": "NaN" }, state: "failed", device: "cuda:0" }),
  run("c", { state: "running", created: NOW - 5 * DAY, elapsed: 7200, notes: "a long\nnote" }),
];
const SETTINGS: AllSettings = new Map<string, Settings>([
  ["a", { "optimizer.params.lr": 0.001, "data.batch_size": 32, "schedule.params.lr": null, seed: 1 }],
  ["b", { "optimizer.params.lr": 0.1, "data.batch_size": 32, seed: 1 }],
  ["c", { "optimizer.params.lr": 0.01, "data.batch_size": 64, metrics: ["Accuracy", "F1Score"], seed: 1 }],
]);
const METRICS = [{ type: "Accuracy", mode: "max" as const }];
const FIELDS = buildFields(RUNS, SETTINGS, METRICS);
const ids = (runs: readonly RunSummary[]) => runs.map((one) => one.id).join("");
const found = (text: string) => ids(RUNS.filter(parseQuery(text, FIELDS, NOW).test));
const faults = (text: string) => parseQuery(text, FIELDS, NOW).faults;

describe("the filter", () => {
  it.each([
    ["", "abc"],
    ["wide", "a"],
    ["BETA wide", "a"],
    ['"beta wide"', "a"],
    ["note", "c"],
    ["-wide", "bc"],
    ["state:completed,failed", "ab"],
    ["state:complete", ""],
    ["-state:completed", "bc"],
    ["tag:baseline", "a"],
    ["metric:val/Accuracy", "ab"],
    ['tag:"two words"', "a"],
    ["tag:", "a"],
    ["-tag:", "bc"],
    ["device:cu", "b"],
    ["val/Accuracy>0.9", "b"],
    ["val/accuracy>=90%", "ab"],
    ["last.val/Accuracy<1", "a"],
    ["max.val/loss>2", "a"],
    ["data.batch_size=32", "ab"],
    ["batch_size!=32", "c"],
    ["batch_size:64", "c"],
    ["metrics:F1", "c"],
    ["parameters>1M", "a"],
    ["duration>1h", "c"],
    ["created<2d", "ab"],
    ["created>2d", "c"],
    ["created>=1970-01-01", "abc"],
    ["state:completed val/Accuracy>0.95", ""],
  ])("%s finds %s", (text, wanted) => {
    expect([text, found(text)]).toEqual([text, wanted]);
  });

  it("names what is wrong at its place and lets the rest hold", () => {
    expect(faults("wide stat:failed")).toEqual([
      { from: 5, to: 9, key: "unknown", values: { name: "stat", similar: "state" } },
    ]);
    expect(found("wide stat:failed")).toBe("a");
    expect(faults("zzzzzzzz>1")[0]?.values.similar).toBe("");
    expect(faults("lr<1")[0]).toMatchObject({ key: "manyFields", from: 0, to: 2 });
    expect(faults("parameters>many")[0]).toMatchObject({ key: "noNumber", from: 10, to: 15 });
    expect(faults("state>3")[0]).toMatchObject({ key: "noNumber" });
    expect(faults("created>5")[0]).toMatchObject({ key: "noNumber" });
    expect(faults("seed=")[0]).toMatchObject({ key: "noValue", from: 4, to: 5 });
    expect(faults('wide "open')[0]).toMatchObject({ key: "openQuote", from: 5, to: 10 });
  });

  it("finds a setting by the end of its path, a field by its id first", () => {
    expect(findFields("batch_size", FIELDS).map(({ id }) => id)).toEqual(["data.batch_size"]);
    expect(findFields("lr", FIELDS)).toHaveLength(2);
    expect(findFields("STATE", FIELDS).map(({ id }) => id)).toEqual(["state"]);
  });

  it("reads numbers with the units of their field only", () => {
    expect(parseNumber("1.5k", "count", NOW)).toBe(1500);
    expect(parseNumber("2h", "count", NOW)).toBeNull();
    expect(parseNumber("2h", "seconds", NOW)).toBe(7200);
    expect(parseNumber("1e-3", "plain", NOW)).toBe(0.001);
    expect(parseNumber("0x10", "plain", NOW)).toBeNull();
    expect(parseNumber("", "plain", NOW)).toBeNull();
  });

  it("takes a click's condition in place of the one before", () => {
    const once = withCondition("wide", "state", ["failed"], FIELDS);
    expect(once).toBe("wide state:failed");
    expect(withCondition(once, "state", ["completed", "lost"], FIELDS)).toBe("wide state:completed,lost");
    expect(withCondition(once, "state", [], FIELDS)).toBe("wide");
    expect(withCondition("", "tag", ["two words"], FIELDS)).toBe('tag:"two words"');
    expect(withCondition("", "seed", ["1"], FIELDS)).toBe("seed=1");
    expect(askedValues(parseQuery(once, FIELDS), "state")).toEqual(["failed"]);
    expect(found(withCondition("", "tag", ["two words"], FIELDS))).toBe("a");
  });
});

describe("the fields", () => {
  it("tell the best of a metric with its epoch, by whether lower or higher is better", () => {
    const [a] = RUNS as [RunSummary];
    expect(FIELDS.get("val/Accuracy")?.epoch?.(a)).toBe(7);
    expect(FIELDS.get("val/loss")?.epoch?.(a)).toBe(1);
    expect([...FIELDS.keys()].filter((id) => id.includes("rss"))).toEqual([]);
  });

  it("sort either way with what has no number last", () => {
    const field = FIELDS.get("last.val/Accuracy");
    expect(ids(sortBy(RUNS, field, true))[0]).toBe("a");
    expect(ids(sortBy(RUNS, field, false))[0]).toBe("a");
    expect(ids(sortBy(RUNS, FIELDS.get("optimizer.params.lr"), false))).toBe("acb");
    expect(ids(sortBy(RUNS, FIELDS.get("optimizer.params.lr"), true))).toBe("bca");
    expect(ids(sortBy(RUNS, FIELDS.get("best"), true))).toBe("bac");
    expect(ids(sortBy(RUNS, FIELDS.get("state"), false))).toBe("cab");
  });

  it("know which settings differ", () => {
    const differing = [...FIELDS.values()].filter((field) => field.group === "setting" && differs(field, RUNS));
    expect(differing.map(({ id }) => id)).toEqual(["data.batch_size", "metrics", "optimizer.params.lr"]);
    const withCurves = [...RUNS, run("curves", { reason: "imported" })];
    expect([...FIELDS.values()].filter((field) => field.group === "setting" && differs(field, withCurves))).toEqual(
      differing,
    );
  });

  it("say how long a run still takes only while it trains", () => {
    expect(timeLeft(run("x", { state: "running", step: 5, total_steps: 10, elapsed: 20 }))).toBe(20);
    expect(timeLeft(run("x", { state: "paused" }))).toBeNull();
    expect(timeLeft(run("x", { state: "running", total_steps: null }))).toBeNull();
  });
});
