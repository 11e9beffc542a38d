/**
 * One open run page: history first, then the socket, as one stream without gap or duplicate. Curves go straight into the
 * metric store; everything else becomes one immutable snapshot a batch. No React here.
 */

import { api, type EventList, type MetricsRead, type RunEvent, type RunRead, type RunState, unwrap } from "@/api";
import { type LiveConnection, type LiveState, openRunEvents } from "@/api/live";
import { MetricStore, onBeat } from "@/features/charts";
import type { UnitsEvent } from "@/features/units";
import { RateMeter } from "./progress";
import { type EventQuery, readStory } from "./runStory";
import { type Moment, toMoments, type ValueChange } from "./timeline";

export type HelloEvent = Extract<RunEvent, { type: "hello" }>;
export type ChangeEvent = Extract<RunEvent, { type: "change" }>;
export type AlertEvent = Extract<RunEvent, { type: "alert" }>;
export type SurfaceEvent = Extract<RunEvent, { type: "surface" }>;
export type ClassesEvent = Extract<RunEvent, { type: "classes" }>;

/** A line of the log: what the worker said, and what happened to the run. */
export interface LogLine {
  id: string;
  time: number;
  attempt: number;
  level: "info" | "warning" | "error";
  /** What the worker wrote; empty where `say` is there. */
  message: string;
  /** What happened to the run, as a key of the catalogue. */
  say?: { key: string; values: Record<string, string | number> };
}

export interface RunLive {
  connection: LiveState;
  /** The history is there. */
  isLoaded: boolean;
  failure: unknown;
  /** The newest event that is contained. */
  cursor: number;
  /** What the events said last; null until one did. */
  state: RunState | null;
  phase: string | null;
  step: number;
  epoch: number;
  elapsed: number;
  stepsPerSecond: number | null;
  samplesPerSecond: number | null;
  log: readonly LogLine[];
  alerts: readonly AlertEvent[];
  attempts: readonly HelloEvent[];
  /** What the network answered all over its input, by epoch; only where the data has one or two features. */
  surfaces: readonly SurfaceEvent[];
  /** Values that were changed while it trained; only those that still hold. */
  values: readonly ChangeEvent[];
  /** What happened to the run, oldest first. */
  moments: readonly Moment[];
  /** How the classes were told apart: of the best epoch so far, and of the newest that told. */
  classTables: readonly ClassesEvent[];
  /** How the units behind each activation fared, by epoch. */
  units: readonly UnitsEvent[];
  /** Grows when something happened that the run's own record tells more about. */
  changes: number;
}

export const EMPTY_LIVE: RunLive = {
  connection: "connecting",
  isLoaded: false,
  failure: null,
  cursor: 0,
  state: null,
  phase: null,
  step: 0,
  epoch: 0,
  elapsed: 0,
  stepsPerSecond: null,
  samplesPerSecond: null,
  log: [],
  alerts: [],
  attempts: [],
  surfaces: [],
  values: [],
  moments: [],
  classTables: [],
  units: [],
  changes: 0,
};

const MAX_LOG_LINES = 50_000;
const MAX_ALERTS = 50;
const MAX_POINTS = 4000;

/** The snapshot after `events`; the same one where they say nothing that it holds. */
export function reduceLive(live: RunLive, events: readonly RunEvent[], rate: RateMeter): RunLive {
  const next = { ...live };
  const lines: LogLine[] = [];
  for (const event of events) {
    next.cursor = Math.max(next.cursor, event.cursor ?? 0);
    next.elapsed = Math.max(next.elapsed, event.elapsed);
    next.moments = toMoments(next.moments, event, next.state);
    reduceEvent(next, event, rate);
    lines.push(...toLines(event));
  }
  next.stepsPerSecond = rate.stepsPerSecond;
  if (lines.length > 0) next.log = [...live.log, ...lines].slice(-MAX_LOG_LINES);
  return next;
}

function reduceEvent(next: RunLive, event: RunEvent, rate: RateMeter): void {
  switch (event.type) {
    case "hello":
      next.attempts = [...next.attempts, event];
      // What an earlier attempt said of later steps no longer holds.
      next.surfaces = next.surfaces.filter(({ step }) => step <= (event.resumed_from_step ?? 0));
      next.values = next.values.filter(({ step }) => step <= (event.resumed_from_step ?? 0));
      next.classTables = next.classTables.filter(({ step }) => step <= (event.resumed_from_step ?? 0));
      next.units = next.units.filter(({ step }) => step <= (event.resumed_from_step ?? 0));
      // A worker that says hello trains from then on, whatever state the run was in before.
      next.state = "running";
      next.phase = null;
      next.step = event.resumed_from_step ?? 0;
      next.epoch = event.steps_per_epoch > 0 ? Math.floor(next.step / event.steps_per_epoch) : 0;
      next.changes += 1;
      break;
    case "state":
      next.state = event.state;
      next.phase = event.phase ?? null;
      next.changes += 1;
      break;
    case "metrics": {
      const step = event.steps.at(-1);
      if (step !== undefined && step >= next.step) {
        next.step = step;
        next.epoch = event.epoch;
        rate.add(event.elapsed, step);
      }
      break;
    }
    case "heartbeat":
      if (event.step >= next.step) {
        next.step = event.step;
        next.epoch = event.epoch;
      }
      break;
    case "system": {
      const speed = event.values.samples_per_second;
      if (speed !== undefined) next.samplesPerSecond = Number(speed);
      break;
    }
    case "checkpoint":
      next.changes += 1;
      break;
    case "change":
      if (event.value !== event.before) next.values = [...next.values, event];
      next.changes += 1;
      break;
    case "alert":
      next.alerts = [...next.alerts, event].slice(-MAX_ALERTS);
      break;
    case "surface":
      next.surfaces = [...next.surfaces, event];
      break;
    case "classes":
      next.classTables = [...next.classTables, event];
      break;
    case "units":
      next.units = [...next.units, event];
      break;
    case "end":
      next.state = event.state;
      next.phase = null;
      next.changes += 1;
      break;
    case "signal":
    case "times":
      break;
  }
}

/** Puts the progress that the metrics' history tells into the snapshot. */
function catchUp(live: RunLive, metrics: MetricsRead): RunLive {
  const next = { ...live, cursor: Math.max(live.cursor, metrics.cursor) };
  for (const { steps, epochs, elapsed } of metrics.series) {
    next.step = Math.max(next.step, steps.at(-1) ?? 0);
    next.epoch = Math.max(next.epoch, epochs.at(-1) ?? 0);
    next.elapsed = Math.max(next.elapsed, elapsed.at(-1) ?? 0);
  }
  return next;
}

/** Every value that was changed and holds, oldest first: in the run that this one was branched from, and in this one. */
export function changesOf({ origin }: Pick<RunRead, "origin">, { values }: Pick<RunLive, "values">): ValueChange[] {
  return [...(origin?.changes ?? []), ...values];
}

/** Steps in all: what the newest attempt began with, or what its epochs were changed to since. */
function totalSteps(run: RunRead, { attempts, values }: RunLive): number | null {
  const hello = attempts.at(-1);
  if (hello === undefined) return run.total_steps;
  const changed = values.findLast(({ name, attempt }) => name === "epochs" && attempt === hello.attempt);
  return changed === undefined ? hello.total_steps : changed.value * hello.steps_per_epoch;
}

/** The run as its record and its events together tell it: whichever is newer speaks about state and progress. */
export function mergeLive<Run extends RunRead>(run: Run, live: RunLive): Run {
  const hello = live.attempts.at(-1);
  const known = {
    ...run,
    attempt: Math.max(run.attempt, hello?.attempt ?? 0),
    device: hello?.device ?? run.device,
    total_steps: totalSteps(run, live),
    steps_per_epoch: hello?.steps_per_epoch ?? run.steps_per_epoch,
    elapsed: Math.max(run.elapsed, live.elapsed),
  };
  if (run.cursor >= live.cursor) return { ...known, step: Math.max(run.step, live.step) };
  return { ...known, state: live.state ?? run.state, phase: live.phase, step: live.step, epoch: live.epoch };
}

/** The lines that an event writes into the log. A phase is no news: it changes with each epoch. */
function toLines(event: RunEvent): LogLine[] {
  const { time, attempt } = event;
  const id = `${event.cursor ?? 0}`;
  const base = { id, time, attempt, level: "info" as const };
  switch (event.type) {
    case "log":
      return [{ ...base, level: event.level ?? "info", message: event.message }];
    case "alert":
      return [{ ...base, level: event.level ?? "error", message: event.message }];
    case "hello": {
      const { device, resumed_from_step: step = 0, notes = [] } = event;
      const key = step > 0 ? "log.resumed" : "log.hello";
      return [
        { ...base, message: "", say: { key, values: { attempt, device, step } } },
        ...notes.map((message, index) => ({ ...base, id: `${id}.${index}`, message })),
      ];
    }
    case "state":
      if (event.phase) return [];
      return [{ ...base, message: "", say: { key: "log.state", values: { state: event.state } } }];
    case "checkpoint":
      return [{ ...base, message: "", say: { key: "log.checkpoint", values: { kind: event.kind, step: event.step } } }];
    case "end": {
      const values = { state: event.state, message: event.message ?? "" };
      return [
        { ...base, level: event.state === "failed" ? "error" : "info", message: "", say: { key: "log.end", values } },
      ];
    }
    default:
      return [];
  }
}

type Listener = () => void;

export class RunSession {
  readonly metrics = new MetricStore();
  private live: RunLive = EMPTY_LIVE;
  private readonly rate = new RateMeter();
  private readonly listeners = new Set<Listener>();
  private readonly abort = new AbortController();
  private connection: LiveConnection | null = null;
  /** Takes back that progress is told at the next beat. */
  private untell: (() => void) | null = null;

  constructor(readonly id: string) {}

  getSnapshot = (): RunLive => this.live;

  subscribe = (listener: Listener): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async open(): Promise<void> {
    try {
      const metrics = await this.fetchMetrics();
      this.metrics.load(metrics.series);
      const story = await readStory(metrics.cursor, (query) => this.fetchEvents(query));
      if (this.abort.signal.aborted) return;
      const live = reduceLive(EMPTY_LIVE, story, this.rate);
      this.set({ ...catchUp(live, metrics), connection: this.live.connection, isLoaded: true });
      this.listen(metrics.cursor);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      this.set({ ...this.live, failure: error });
    }
  }

  /** After a failure of `open`. */
  retry(): void {
    this.set({ ...this.live, failure: null });
    void this.open();
  }

  close(): void {
    this.abort.abort();
    this.connection?.close();
    this.untell?.();
    this.listeners.clear();
  }

  private fetchMetrics(): Promise<MetricsRead> {
    return unwrap(
      api.GET("/api/runs/{id}/metrics", {
        params: { path: { id: this.id }, query: { max_points: MAX_POINTS } },
        signal: this.abort.signal,
      }),
    );
  }

  private fetchEvents(query: EventQuery): Promise<EventList> {
    return unwrap(
      api.GET("/api/runs/{id}/events", {
        params: { path: { id: this.id }, query },
        signal: this.abort.signal,
      }),
    );
  }

  private listen(after: number): void {
    this.connection = openRunEvents(this.id, {
      after,
      onItems: (events) => {
        this.metrics.apply(events);
        const before = this.live;
        this.live = reduceLive(before, events, this.rate);
        // Progress is told some times a second, what happened to the run at once.
        if (this.live.changes !== before.changes || this.live.log !== before.log) this.tell();
        else this.tellSoon();
      },
      onState: (connection) => this.set({ ...this.live, connection }),
      onReconnected: () => this.set({ ...this.live, changes: this.live.changes + 1 }),
    });
  }

  private set(live: RunLive): void {
    this.live = live;
    this.tell();
  }

  private tell(): void {
    this.untell?.();
    this.untell = null;
    for (const listener of this.listeners) listener();
  }

  private tellSoon(): void {
    // A person reads no faster; each telling draws the page's figures anew, in the frame in which charts are drawn.
    this.untell ??= onBeat(() => this.tell());
  }
}
