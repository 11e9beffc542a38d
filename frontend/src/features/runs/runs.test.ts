import { describe, expect, it } from "vitest";
import type { EventList, RunEvent, RunState, RunSummary } from "@/api";
import words from "@/locales/en/runs.json";
import { flattenConfig } from "./flattenConfig";
import { groupMetrics } from "./metricGroups";
import { RateMeter, secondsLeft, shareDone } from "./progress";
import { editorAddress } from "./RunAlerts";
import { type AlertEvent, EMPTY_LIVE, reduceLive } from "./runSession";
import { type EventQuery, readStory } from "./runStory";
import { headlineMetric, mergeRuns } from "./runsTable";
import { type RunFacts, runControls, runWords } from "./runWords";

const STATES: RunState[] = ["queued", "starting", "running", "paused", "completed", "stopped", "failed", "lost"];
const PHASES = [null, "training", "validating", "testing", "saving"] as const;
const REASONS: RunFacts["reason"][] = [
  null,
  "finished",
  "early_stop",
  "stopped_by_user",
  "loss_not_finite",
  "out_of_memory",
  "worker_lost",
  "bad_data",
  "error",
];
const COMMANDS = [[], ["stop"], ["pause"], ["resume"], ["pause", "stop"]];

function* allFacts(): Generator<RunFacts> {
  for (const state of STATES)
    for (const phase of PHASES)
      for (const reason of REASONS)
        for (const commands_waiting of COMMANDS)
          for (const started of [null, 1]) yield { state, phase, reason, commands_waiting, started };
}

function lookUp(key: string): unknown {
  return key.split(".").reduce<unknown>((branch, part) => (branch as Record<string, unknown>)?.[part], words);
}

function facts(state: RunState, more: Partial<RunFacts> = {}): RunFacts {
  return { state, phase: null, reason: null, commands_waiting: [], started: 1, ...more };
}

function summary(more: Partial<RunSummary>): RunSummary {
  return {
    id: "a",
    name: "run",
    notes: "",
    tags: [],
    network_id: null,
    network_name: "net",
    state: "running",
    phase: null,
    reason: null,
    message: null,
    created: 0,
    started: null,
    ended: null,
    elapsed: 0,
    attempt: 1,
    step: 0,
    epoch: 0,
    total_steps: null,
    epochs: 5,
    steps_per_epoch: null,
    device: "cpu",
    parameters: 0,
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

describe("runWords", () => {
  it("has words for every state, phase, reason and waiting command", () => {
    for (const one of allFacts()) {
      const { label, sentence } = runWords(one);
      expect(typeof lookUp(label), label).toBe("string");
      expect(typeof lookUp(sentence), sentence).toBe("string");
    }
  });

  it("says that a stop is waited for, and the reason once the run has ended", () => {
    expect(runWords(facts("running", { commands_waiting: ["stop"] })).label).toBe("state.stopping");
    expect(runWords(facts("queued", { commands_waiting: ["stop"] })).label).toBe("state.stopping");
    expect(runWords(facts("stopped", { commands_waiting: ["stop"], reason: "stopped_by_user" })).sentence).toBe(
      "reason.stopped_by_user",
    );
    expect(runWords(facts("failed", { reason: "loss_not_finite" }))).toEqual({
      label: "state.failed",
      sentence: "reason.loss_not_finite",
      tone: "bad",
    });
  });
});

describe("a queued run", () => {
  it("goes on from its checkpoint where it has trained before", () => {
    expect(runWords(facts("queued", { started: null })).sentence).toBe("sentence.queued");
    expect(runWords(facts("queued")).sentence).toBe("sentence.queuedAgain");
  });
});

describe("runControls", () => {
  it("gives a reason from the catalogue or nothing for every button", () => {
    for (const one of allFacts()) {
      for (const hasCheckpoint of [false, true]) {
        for (const reason of Object.values(runControls(one, hasCheckpoint))) {
          if (reason !== null) expect(typeof lookUp(reason), reason).toBe("string");
        }
      }
    }
  });

  it("lets a training run be stopped and paused, not resumed or deleted", () => {
    expect(runControls(facts("running"), true)).toEqual({
      stop: null,
      pause: null,
      resume: "why.notPaused",
      remove: "why.stillTrains",
    });
  });

  it("lets a stopped run go on only from a checkpoint", () => {
    expect(runControls(facts("stopped"), true).resume).toBeNull();
    expect(runControls(facts("failed"), false).resume).toBe("why.noCheckpoint");
    expect(runControls(facts("completed"), true).resume).toBe("why.completed");
  });

  it("asks only once", () => {
    const stopping = runControls(facts("running", { commands_waiting: ["stop"] }), true);
    expect([stopping.stop, stopping.pause]).toEqual(["why.stopping", "why.stopping"]);
    expect(runControls(facts("running", { commands_waiting: ["pause"] }), true).pause).toBe("why.pausing");
    expect(runControls(facts("paused", { commands_waiting: ["resume"] }), true).resume).toBe("why.resuming");
  });
});

describe("progress", () => {
  it("measures steps a second over the last half minute", () => {
    const rate = new RateMeter();
    expect(rate.stepsPerSecond).toBeNull();
    for (let second = 0; second <= 100; second += 1) rate.add(second, second < 50 ? second : 50 + (second - 50) * 4);
    expect(rate.stepsPerSecond).toBeCloseTo(4, 5);
  });

  it("begins anew when a resumed attempt goes back", () => {
    const rate = new RateMeter();
    rate.add(0, 0);
    rate.add(10, 100);
    rate.add(10, 50);
    expect(rate.stepsPerSecond).toBeNull();
    rate.add(12, 60);
    expect(rate.stepsPerSecond).toBe(5);
  });

  it("says how much is done and left", () => {
    expect(shareDone(5, 10)).toBe(0.5);
    expect(shareDone(5, null)).toBeNull();
    expect(secondsLeft(40, 100, 6)).toBe(10);
    expect(secondsLeft(40, 100, null)).toBeNull();
    expect(secondsLeft(140, 100, 6)).toBe(0);
  });
});

describe("reduceLive", () => {
  const envelope = { run: "r", attempt: 1, seq: 1, time: 5, elapsed: 1, cursor: 1 };
  const events: RunEvent[] = [
    {
      ...envelope,
      type: "hello",
      pid: 1,
      device: "cpu",
      versions: {},
      resumed_from_step: 0,
      steps_per_epoch: 10,
      total_steps: 100,
      notes: ["channels_last"],
    },
    { ...envelope, type: "state", state: "running", phase: "training" },
    { ...envelope, elapsed: 2, type: "metrics", epoch: 1, steps: [1, 2, 3], values: { "train/loss": [1, 2, 3] } },
    { ...envelope, type: "log", level: "info", message: "begins" },
  ];

  it("keeps the newest step, state and log", () => {
    const live = reduceLive(EMPTY_LIVE, events, new RateMeter());
    expect(live).toMatchObject({ state: "running", phase: "training", step: 3, epoch: 1, elapsed: 2 });
    expect(live.log.map((line) => line.say?.key ?? line.message)).toEqual(["log.hello", "channels_last", "begins"]);
    for (const { say } of live.log) if (say !== undefined) expect(typeof lookUp(say.key), say.key).toBe("string");
    expect(live.attempts).toHaveLength(1);
  });

  it("goes back to the checkpoint's step when another attempt begins", () => {
    const rate = new RateMeter();
    const first = reduceLive(EMPTY_LIVE, [...events, { ...envelope, type: "heartbeat", step: 37, epoch: 4 }], rate);
    expect(first.step).toBe(37);
    const hello = { ...(events[0] as Extract<RunEvent, { type: "hello" }>), attempt: 2, resumed_from_step: 30 };
    const second = reduceLive(first, [hello], rate);
    expect([second.step, second.epoch, second.attempts.length]).toEqual([30, 3, 2]);
  });

  it("shows an alert as an error in the log too", () => {
    const alert: AlertEvent = {
      ...envelope,
      type: "alert",
      level: "error",
      code: "loss_not_finite",
      message: "NaN at 7",
      node: "conv1",
    };
    const live = reduceLive(EMPTY_LIVE, [alert], new RateMeter());
    expect(live.alerts).toEqual([alert]);
    expect(live.log[0]).toMatchObject({ level: "error", message: "NaN at 7" });
    const warning: AlertEvent = {
      ...alert,
      level: "warning",
      code: "classes_not_separated",
      message: "No straight line",
    };
    expect(reduceLive(live, [warning], new RateMeter()).log.at(-1)).toMatchObject({ level: "warning" });
  });

  it("never holds more than its limit of log lines", () => {
    const many: RunEvent[] = Array.from({ length: 50_003 }, (_, index) => ({
      ...envelope,
      cursor: index,
      type: "log",
      level: "info",
      message: String(index),
    }));
    const live = reduceLive(EMPTY_LIVE, many, new RateMeter());
    expect(live.log).toHaveLength(50_000);
    expect(live.log.at(-1)?.message).toBe("50002");
  });
});

describe("readStory", () => {
  const line = (cursor: number): RunEvent => {
    return {
      run: "r",
      attempt: 1,
      seq: cursor,
      time: 5,
      elapsed: 1,
      cursor,
      type: "log",
      level: "info",
      message: `${cursor}`,
    };
  };

  /** A server with these events, and what it was asked. */
  function serve(events: readonly RunEvent[], newest: number) {
    const asked: EventQuery[] = [];
    const readPage = async (query: EventQuery): Promise<EventList> => {
      asked.push(query);
      const rest = events.filter((event) => (event.cursor ?? 0) > query.after).slice(0, query.limit);
      return { events: rest, cursor: rest.length === query.limit ? (rest.at(-1)?.cursor ?? 0) : newest };
    };
    return { asked, readPage };
  }

  it("reads a long run whole, page by page, and nothing twice", async () => {
    const lines = Array.from({ length: 25_000 }, (_, index) => line(10 * (index + 1)));
    const { asked, readPage } = serve(lines, 250_007);
    expect(await readStory(250_007, readPage)).toEqual(lines);
    expect(asked.map((query) => query.after)).toEqual([0, 100_000, 200_000]);
    expect(asked[0]?.types).not.toContain("metrics");
  });

  it("leaves what has come meanwhile to the socket", async () => {
    const { readPage } = serve([line(1), line(2), line(3)], 3);
    expect((await readStory(2, readPage)).map((event) => event.cursor)).toEqual([1, 2]);
  });

  it("asks for nothing where nothing has happened", async () => {
    const { asked, readPage } = serve([], 0);
    expect(await readStory(0, readPage)).toEqual([]);
    expect(asked).toEqual([]);
  });
});

describe("flattenConfig", () => {
  it("names each value by its path and keeps lists of plain values", () => {
    const config = {
      data: { split: { seed: 3 }, preprocess: [] },
      metrics: ["Accuracy"],
      objectives: [{ weight: 1 }],
      clip: null,
    };
    expect(flattenConfig(config)).toEqual([
      ["data.split.seed", 3],
      ["data.preprocess", []],
      ["metrics", ["Accuracy"]],
      ["objectives.0.weight", 1],
      ["clip", null],
    ]);
  });
});

describe("editorAddress", () => {
  it("leads to the node in its block, whichever repetition it was", () => {
    expect(editorAddress("n1", "conv1")).toBe("/networks/n1?node=conv1");
    expect(editorAddress("n1", "stage.0.conv")).toBe("/networks/n1?block=stage&node=conv");
  });
});

describe("groupMetrics", () => {
  it("puts train, val and test of a metric into one chart, loss first, the rate and the machine last", () => {
    const groups = groupMetrics([
      "lr",
      "system/rss_bytes",
      "test/Accuracy",
      "train/Accuracy",
      "train/loss",
      "val/Accuracy",
      "val/loss",
    ]);
    expect(groups.map((group) => group.name)).toEqual(["loss", "Accuracy", "lr", "system/rss_bytes"]);
    expect(groups[1]?.series.map((series) => [series.label, series.color])).toEqual([
      ["train", 1],
      ["val", 2],
      ["test", 3],
    ]);
  });
});

describe("the table of runs", () => {
  const runs = [
    summary({ id: "a", name: "Beta", created: 1, best: { "val/Accuracy": 0.9, "val/loss": 0.1 }, state: "completed" }),
    summary({ id: "b", name: "alpha", created: 3, best: { "val/Accuracy": "NaN" }, tags: ["wide"] }),
    summary({ id: "c", name: "gamma", created: 2, best: { "val/Accuracy": 0.95 }, state: "failed" }),
  ];
  const ids = (list: readonly RunSummary[]) => list.map((run) => run.id).join("");

  it("puts changed rows in place and new ones first", () => {
    const merged = mergeRuns(runs, [summary({ id: "c", name: "new name" }), summary({ id: "d" })]);
    expect(ids(merged)).toBe("dabc");
    expect(merged.at(-1)?.name).toBe("new name");
  });

  it("takes out what was deleted, here or in another window", () => {
    const gone = [summary({ id: "a", is_deleted: true }), summary({ id: "d", is_deleted: true })];
    expect(ids(mergeRuns(runs, gone))).toBe("bc");
  });

  it("shows a validation metric before a loss", () => {
    expect(headlineMetric({ "train/loss": 1, "val/loss": 0.4, "val/Accuracy": 0.5 })?.name).toBe("val/Accuracy");
    expect(headlineMetric({ "train/loss": 1, lr: 0.1 })?.name).toBe("train/loss");
    expect(headlineMetric({})).toBeNull();
  });
});
