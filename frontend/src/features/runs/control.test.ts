import { describe, expect, test } from "vitest";
import type { RunEvent, RunRead } from "@/api";
import { MetricStore } from "@/features/charts";
import en from "@/locales/en/control.json";
import { RateMeter } from "./progress";
import { changesOf, EMPTY_LIVE, mergeLive, reduceLive } from "./runSession";
import { whyNoChange, whyNoCheckpoint, whyNoExtension } from "./runWords";
import { inheritedMoments, type Moment, toMoments } from "./timeline";
import { progressIcon, titlePrefix } from "./useTabProgress";

let seq = 0;
function event(fields: Partial<RunEvent> & { type: RunEvent["type"] }): RunEvent {
  seq += 1;
  return { run: "r", attempt: 1, seq, time: 100 + seq, elapsed: seq, cursor: seq, ...fields } as RunEvent;
}

const hello = (fields: object = {}) =>
  event({ type: "hello", pid: 1, device: "cpu", steps_per_epoch: 10, total_steps: 30, versions: {}, ...fields });
const change = (fields: object = {}) =>
  event({ type: "change", name: "lr", wanted: 0.1, value: 0.1, before: 0.01, step: 12, epoch: 2, ...fields });

describe("what happened to a run", () => {
  test("is told in order, without the phases of training", () => {
    const events = [
      hello(),
      event({ type: "state", state: "running", phase: "saving" }),
      event({ type: "state", state: "paused" }),
      event({ type: "state", state: "paused", phase: "saving" }),
      event({ type: "state", state: "paused" }),
      change(),
      change({ before: 0.1 }),
      event({ type: "state", state: "running", phase: "training" }),
      event({ type: "checkpoint", kind: "last", step: 20, epoch: 2 }),
      event({ type: "checkpoint", kind: "step", step: 21, epoch: 3 }),
      event({ type: "end", state: "completed", reason: "finished" }),
    ];
    const live = reduceLive(EMPTY_LIVE, events, new RateMeter());
    expect(live.moments.map(({ key }) => key)).toEqual([
      "started",
      "paused",
      "rate",
      "resumed",
      "checkpoint",
      "end_finished",
    ]);
    expect(live.values).toHaveLength(1);
  });

  test("says once why it failed, where an alert said it a moment before", () => {
    const message = "The loss of step 10 is not a number.";
    const alert = event({ type: "alert", code: "not_finite", level: "error", message });
    const end = event({ type: "end", state: "failed", reason: "loss_not_finite", message });
    const messages = (events: RunEvent[]) =>
      reduceLive(EMPTY_LIVE, events, new RateMeter()).moments.map((moment) => moment.message);
    expect(messages([alert, end])).toEqual([message, null]);
    expect(messages([end])).toEqual([message]);
  });

  test("has words for each of its moments", () => {
    const words = en.timeline as Record<string, unknown>;
    const keys = toMoments([], hello({ resumed_from_step: 4 }), null).map(({ key }: Moment) => key);
    for (const key of [...keys, "queued", "queuedAgain", "lost", "alert", "epochs"])
      expect(words[key]).toBeTypeOf("string");
  });

  test("tells what a branch goes on with, from the run that it came from", () => {
    const before = { name: "lr", before: 0.01, value: 0.001, step: 5 } as const;
    const origin = { run: "p", name: "P", checkpoint: "c", step: 9, epoch: 1, mode: "everything" } as const;
    const live = reduceLive(EMPTY_LIVE, [hello({ resumed_from_step: 9 }), change()], new RateMeter());
    const branch = { origin: { ...origin, changes: [before] } };
    expect(changesOf(branch, live).map(({ value }) => value)).toEqual([0.001, 0.1]);
    expect(inheritedMoments(branch.origin)).toMatchObject([{ key: "rate", time: null, values: { step: 5 } }]);
    expect(inheritedMoments({ ...origin, changes: null })).toEqual([]);
  });

  test("counts the steps of the epochs that were changed since the newest attempt began", () => {
    const epochs = change({ name: "epochs", before: 3, value: 5 });
    const run = { total_steps: 30, attempt: 1, step: 0, cursor: 0 } as RunRead;
    const all = (events: RunEvent[]) => mergeLive(run, reduceLive(EMPTY_LIVE, events, new RateMeter())).total_steps;
    expect(all([])).toBe(30);
    expect(all([hello(), epochs])).toBe(50);
    expect(all([hello(), epochs, hello({ attempt: 2, total_steps: 70, resumed_from_step: 20 })])).toBe(70);
  });

  test("forgets the values that a lost worker had not saved", () => {
    const live = reduceLive(EMPTY_LIVE, [hello(), change(), hello({ resumed_from_step: 10 })], new RateMeter());
    expect(live.values).toEqual([]);
  });
});

test("figures of the machine have a place while no step is made, in MiB", () => {
  const store = new MetricStore();
  store.apply([
    event({ type: "system", elapsed: 1, values: { rss_bytes: 2 ** 21, cpu_percent: 40 } }),
    event({ type: "system", elapsed: 2, values: { rss_bytes: 2 ** 22, cpu_percent: 0 } }),
  ]);
  const buffer = store.buffer("system/rss_bytes");
  expect(buffer?.length).toBe(2);
  expect([buffer?.values[0], buffer?.values[1]]).toEqual([2, 4]);
});

describe("the tab", () => {
  test.each([
    ["running", 33, 100, "33% "],
    ["running", 33, null, ""],
    ["queued", 33, 100, ""],
    ["paused", 33, 100, "\u2016 "],
    ["completed", 100, 100, "\u2713 "],
    ["failed", 3, 100, "\u2717 "],
    ["stopped", 3, 100, ""],
  ] as const)("of a run that is %s at %s of %s begins with %s", (state, step, total, expected) => {
    expect(titlePrefix(state, step, total)).toBe(expected);
  });

  test("has an icon that is a picture", () => {
    expect(decodeURIComponent(progressIcon(0.5, "#123456"))).toContain('stroke-dasharray="37.7 75.4"');
  });
});

test("steering says why it does not work", () => {
  const run = { state: "running", phase: null, reason: null, commands_waiting: [] as string[], started: 1 } as const;
  expect([whyNoCheckpoint(run), whyNoChange(run)]).toEqual([null, null]);
  expect(whyNoChange({ ...run, state: "queued" })).toBeNull();
  expect(whyNoCheckpoint({ ...run, state: "queued" })).toBe("why.notYet");
  expect(whyNoChange({ ...run, commands_waiting: ["stop"] })).toBe("why.stopping");
  expect(whyNoExtension({ ...run, state: "completed" }, true)).toBeNull();
  expect(whyNoExtension({ ...run, state: "completed" }, false)).toBe("why.noCheckpoint");
});
