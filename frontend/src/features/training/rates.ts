/** What a sweep of the learning rate is of, and the numbers of its picture. No React here. */

import type { FormConfig } from "./formConfig";
import { setParam } from "./formConfig";

/** The optimizers' word for it, as PyTorch's. */
const RATE = "lr";

/** What a sweep depends on: neither the rate itself nor how it changes over the run, nor how long that is. */
export function sweptOf(config: FormConfig | null, ...network: unknown[]): string {
  if (config === null) return "";
  const { schedule: _schedule, epochs: _epochs, checkpoint: _checkpoint, early_stopping: _early, ...rest } = config;
  return JSON.stringify([{ ...rest, optimizer: setParam(config.optimizer, RATE, undefined) }, ...network]);
}

export function takeRate(config: FormConfig, rate: number): FormConfig {
  return { ...config, optimizer: setParam(config.optimizer, RATE, rate) };
}

export function rateNow(config: FormConfig): number | null {
  const rate = config.optimizer.params?.[RATE];
  return typeof rate === "number" && rate > 0 ? rate : null;
}

/** Two digits: a sweep knows no more. */
export function roundRate(rate: number): number {
  return Number(rate.toPrecision(2));
}

/** `0.02`, `5e-6`. */
export function formatRate(rate: number): string {
  return rate < 1e-3 ? rate.toExponential().replace("e+", "e") : String(rate);
}

export interface Scales {
  x: (rate: number) => number;
  y: (loss: number) => number;
  /** Powers of ten. */
  ticks: readonly { rate: number; label: string }[];
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A log axis from the first to the last rate, and the losses from the lowest to the highest of the curve. */
export function scalesOf(rates: readonly number[], smoothed: readonly number[], box: Box): Scales {
  const first = Math.log10(rates[0] ?? 1);
  const last = Math.max(Math.log10(rates.at(-1) ?? 1), first + 1);
  const low = Math.min(...smoothed);
  const high = Math.max(...smoothed);
  const span = high > low ? high - low : 1;
  const x = (rate: number) => box.left + ((Math.log10(rate) - first) / (last - first)) * (box.right - box.left);
  const y = (loss: number) => {
    const share = (loss - low) / span;
    // What single batches show beyond the curve lies on the edge.
    return box.bottom - Math.min(Math.max(share, 0), 1) * (box.bottom - box.top);
  };
  const powers: number[] = [];
  for (let power = Math.ceil(first - 1e-9); power <= last + 1e-9; power += 1) powers.push(power);
  return { x, y, ticks: powers.map((power) => ({ rate: 10 ** power, label: `1e${power}` })) };
}
