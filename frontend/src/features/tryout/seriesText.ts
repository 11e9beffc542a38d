/** A series as text: one step a line, the values of its channels beside each other. */

export type Steps = (number | null)[][];

export function writeSteps(steps: Readonly<Steps>): string {
  return steps
    .map((step) => step.map((value) => (value === null ? "" : String(Number(value.toPrecision(7))))).join(", "))
    .join("\n");
}

/** Where a text is no series: the line (from 1) and what stands there. */
export interface BadCell {
  line: number;
  cell: string;
}

/** The steps of a text; an empty cell between commas is a missing value. Of one channel a single line may hold all steps. */
export function readSteps(text: string, numChannels: number): Steps | BadCell {
  const lines = text.split(/\r?\n/);
  const steps: Steps = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const cells = /[,;\t]/.test(line) ? line.split(/[,;\t]/) : line.trim().split(/\s+/);
    const values: (number | null)[] = [];
    for (const cell of cells) {
      const trimmed = cell.trim();
      const value = trimmed === "" ? null : Number(trimmed);
      if (value !== null && !Number.isFinite(value)) return { line: index + 1, cell: trimmed.slice(0, 40) };
      values.push(value);
    }
    if (numChannels === 1 && values.length > 1) steps.push(...values.map((value) => [value]));
    else steps.push(values);
  }
  return steps;
}

/** The series with the value of one channel at one step changed; steps that it does not have yet repeat its last. */
export function withValue(
  steps: Readonly<Steps>,
  step: number,
  channel: number,
  value: number,
  numChannels: number,
): Steps {
  const after = steps.map((one) => [...one]);
  while (after.length <= step) after.push([...(after.at(-1) ?? Array.from({ length: numChannels }, () => 0))]);
  (after[step] as (number | null)[])[channel] = value;
  return after;
}

/** Channel by channel, for drawing. */
export function toChannels(steps: Readonly<Steps>, numChannels: number): (number | null)[][] {
  return Array.from({ length: numChannels }, (_, channel) => steps.map((step) => step[channel] ?? null));
}

/** Forecast values, step by step, by the place of their channel. */
export function toFuture(values: readonly number[], channels: readonly number[]): Record<string, number[]> {
  return Object.fromEntries(
    channels.map((channel, place) => [channel, values.filter((_, index) => index % channels.length === place)]),
  );
}
