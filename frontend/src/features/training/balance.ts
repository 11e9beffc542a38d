/** Class weights: which setting of a loss takes them, and of which kind, its schema says. The figures are the server's. No React. */

import type { OptionRead, StepsRead } from "@/api";

type Kind = keyof StepsRead["class_weights"];

export function balanceParam(option: OptionRead | undefined): { name: string; kind: Kind } | null {
  const properties = (option?.params_schema.properties ?? {}) as Record<string, { balance?: Kind }>;
  for (const [name, { balance }] of Object.entries(properties)) {
    if (balance !== undefined) return { name, kind: balance };
  }
  return null;
}

/** How many times as often as the rarest class the commonest one occurs before it is spoken of. */
const UNEVEN = 4;

export function isUneven(counts: readonly number[]): boolean {
  return Math.max(...counts) >= UNEVEN * Math.max(Math.min(...counts), 1);
}
