/** A run's state, the reason it ended and what its buttons may do, as keys of the catalogue. No React here. */

import type { RunState, RunSummary } from "@/api";

export type Tone = "quiet" | "active" | "good" | "warning" | "bad";

export interface RunWords {
  /** Key of the one or two words in the badge. */
  label: string;
  /** Key of the sentence that says what that means now and why. */
  sentence: string;
  tone: Tone;
}

export type RunFacts = Pick<RunSummary, "state" | "phase" | "reason" | "commands_waiting" | "started">;

const FINAL: ReadonlySet<RunState> = new Set(["completed", "stopped", "failed"]);
const TONES: Record<RunState, Tone> = {
  queued: "quiet",
  starting: "active",
  running: "active",
  paused: "warning",
  completed: "good",
  stopped: "quiet",
  failed: "bad",
  lost: "bad",
};

export function isFinal(state: RunState): boolean {
  return FINAL.has(state);
}

/** Whether figures of the run still move. */
export function isMoving(state: RunState): boolean {
  return state === "starting" || state === "running";
}

function isWaiting(run: RunFacts, command: string): boolean {
  return run.commands_waiting.includes(command);
}

/** What is said about a run: a waiting command first, then the phase or the reason, then the state. */
export function runWords(run: RunFacts): RunWords {
  const { state, phase, reason } = run;
  if (!isFinal(state)) {
    if (isWaiting(run, "stop")) return { label: "state.stopping", sentence: "sentence.stopping", tone: "warning" };
    if (isWaiting(run, "pause") && state === "running") {
      return { label: "state.pausing", sentence: "sentence.pausing", tone: "warning" };
    }
    if (isWaiting(run, "resume") && state === "paused") {
      return { label: "state.resuming", sentence: "sentence.resuming", tone: "active" };
    }
  }
  if (state === "running") {
    const word = phase ?? "training";
    return { label: `phase.${word}`, sentence: `phaseSentence.${word}`, tone: "active" };
  }
  if (isFinal(state) && reason !== null) {
    if (reason === "imported") return { label: "state.imported", sentence: "reason.imported", tone: "quiet" };
    const tone = state === "completed" ? "good" : state === "stopped" ? "quiet" : "bad";
    return { label: `state.${state}`, sentence: `reason.${reason}`, tone };
  }
  const sentence = state === "queued" && run.started !== null ? "sentence.queuedAgain" : `sentence.${state}`;
  return { label: `state.${state}`, sentence, tone: TONES[state] };
}

/** For each button the key of why it is grey, or null where it works. */
export interface RunControls {
  stop: string | null;
  pause: string | null;
  resume: string | null;
  remove: string | null;
}

/** Which of the run's buttons work now. `hasCheckpoint`: there is one to go on from. */
export function runControls(run: RunFacts, hasCheckpoint: boolean): RunControls {
  const { state } = run;
  const isStopping = isWaiting(run, "stop") && !isFinal(state);
  return {
    stop: isFinal(state) ? "why.ended" : isStopping ? "why.stopping" : null,
    pause: whyNoPause(run, isStopping),
    resume: whyNoResume(run, isStopping, hasCheckpoint),
    remove: isFinal(state) ? null : "why.stillTrains",
  };
}

function whyNoPause(run: RunFacts, isStopping: boolean): string | null {
  if (isFinal(run.state)) return "why.ended";
  if (isStopping) return "why.stopping";
  if (run.state === "paused") return "why.paused";
  if (run.state !== "running") return "why.notYet";
  return isWaiting(run, "pause") ? "why.pausing" : null;
}

function whyNoResume(run: RunFacts, isStopping: boolean, hasCheckpoint: boolean): string | null {
  if (run.state === "completed") return "why.completed";
  if (isStopping) return "why.stopping";
  if (run.state === "stopped" || run.state === "failed") return hasCheckpoint ? null : "why.noCheckpoint";
  if (run.state !== "paused") return "why.notPaused";
  return isWaiting(run, "resume") ? "why.resuming" : null;
}

/** Why no checkpoint can be asked for now, or null. */
export function whyNoCheckpoint(run: RunFacts): string | null {
  if (isFinal(run.state)) return "why.ended";
  if (isWaiting(run, "stop")) return "why.stopping";
  return run.state === "running" || run.state === "paused" ? null : "why.notYet";
}

/** Why learning rate and epochs cannot be changed now, or null. A run that waits takes the new values with it. */
export function whyNoChange(run: RunFacts): string | null {
  if (isFinal(run.state)) return "why.ended";
  return isWaiting(run, "stop") ? "why.stopping" : null;
}

/** Why a completed run cannot be trained further, or null. */
export function whyNoExtension(run: RunFacts, hasCheckpoint: boolean): string | null {
  if (run.state !== "completed") return "why.stillTrains";
  return hasCheckpoint ? null : "why.noCheckpoint";
}
