/** What happened to a run, told from its events. No React here. */

import type { RunEvent, RunRead, RunState } from "@/api";

/** A value that was changed while a run trained, before the update after `step`. */
export type ValueChange = NonNullable<NonNullable<RunRead["origin"]>["changes"]>[number];

export interface Moment {
  id: string;
  /** Unix seconds; null: before the run, in the one it was branched from. */
  time: number | null;
  /** Key of the sentence, under `timeline`. */
  key: string;
  values: Record<string, string | number>;
  /** A sentence of the server's that belongs to it. */
  message: string | null;
  tone: "quiet" | "good" | "warning" | "bad";
}

/** The moments after `event`; the same list where it tells nothing. `state` is what the run was in before. */
export function toMoments(moments: readonly Moment[], event: RunEvent, state: RunState | null): readonly Moment[] {
  const told = tell(event, state);
  if (told === null) return moments;
  const { key, values = {}, tone = "quiet" } = told;
  // Why it ended was often said a moment before, by the alert.
  const isSaid = event.type === "end" && moments.some((moment) => moment.message === told.message);
  const message = isSaid ? null : (told.message ?? null);
  return [...moments, { id: `${event.attempt}.${event.seq}`, time: event.time, key, values, message, tone }];
}

/** What was changed in the run that this one was branched from, and holds on. */
export function inheritedMoments(origin: RunRead["origin"]): Moment[] {
  return (origin?.changes ?? []).map((change, index) => ({
    id: `origin.${index}`,
    time: null,
    ...tellChange(change),
    message: null,
    tone: "quiet",
  }));
}

function tellChange({ name, before, value, step }: ValueChange): Pick<Moment, "key" | "values"> {
  return { key: name === "lr" ? "rate" : "epochs", values: { before, value, step } };
}

type Told = Partial<Moment> & { key: string };

function tell(event: RunEvent, state: RunState | null): Told | null {
  switch (event.type) {
    case "hello": {
      const { device, attempt, resumed_from_step: step = 0 } = event;
      return step > 0
        ? { key: "wentOn", values: { device, attempt, step } }
        : { key: "started", values: { device, attempt } };
    }
    case "state":
      return tellState(event.state, event.phase ?? null, state);
    case "change":
      return event.value === event.before ? null : tellChange(event);
    case "checkpoint":
      return event.kind === "step" ? { key: "checkpoint", values: { step: event.step } } : null;
    case "alert":
      return { key: "alert", message: event.message, tone: event.level === "warning" ? "warning" : "bad" };
    case "end": {
      const tone = event.state === "completed" ? "good" : event.state === "failed" ? "bad" : "quiet";
      return { key: `end_${event.reason}`, message: event.message ?? null, tone };
    }
    default:
      return null;
  }
}

function tellState(now: RunState, phase: string | null, before: RunState | null): Told | null {
  if (now === "paused") return before === "paused" ? null : { key: "paused", tone: "warning" };
  if (now === "running") return before === "paused" ? { key: "resumed" } : null;
  if (now === "lost") return { key: "lost", tone: "bad" };
  return now === "queued" && phase === null ? { key: "queuedAgain" } : null;
}
