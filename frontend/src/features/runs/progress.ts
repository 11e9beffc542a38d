/** How far a run is and when it will be done, from what its events say. */

const WINDOW_SECONDS = 30;
const MIN_SECONDS = 0.5;

interface Moment {
  elapsed: number;
  step: number;
}

/** Steps a second over the last half minute of training time. */
export class RateMeter {
  private moments: Moment[] = [];

  add(elapsed: number, step: number): void {
    const last = this.moments.at(-1);
    if (last !== undefined && (elapsed < last.elapsed || step < last.step)) this.moments = [];
    this.moments.push({ elapsed, step });
    const oldest = elapsed - WINDOW_SECONDS;
    let drop = 0;
    while (drop < this.moments.length - 2 && (this.moments[drop + 1] as Moment).elapsed <= oldest) drop += 1;
    if (drop > 0) this.moments.splice(0, drop);
  }

  /** Null until there is enough to say. */
  get stepsPerSecond(): number | null {
    const first = this.moments[0];
    const last = this.moments.at(-1);
    if (first === undefined || last === undefined) return null;
    const seconds = last.elapsed - first.elapsed;
    return seconds < MIN_SECONDS || last.step === first.step ? null : (last.step - first.step) / seconds;
  }
}

/** The share that is done, from 0 to 1; null where the whole is not known yet. */
export function shareDone(step: number, totalSteps: number | null): number | null {
  return totalSteps === null || totalSteps === 0 ? null : Math.min(1, step / totalSteps);
}

/** Seconds until the last step at this pace; null where that cannot be said. */
export function secondsLeft(step: number, totalSteps: number | null, stepsPerSecond: number | null): number | null {
  if (totalSteps === null || stepsPerSecond === null || stepsPerSecond <= 0) return null;
  return Math.max(0, totalSteps - step) / stepsPerSecond;
}
