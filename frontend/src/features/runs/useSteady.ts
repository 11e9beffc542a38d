import { useRef } from "react";

/**
 * The first of the values that differ in nothing but the fields `moving`: who draws none of these needs no other, and is not
 * drawn anew where it is memoised.
 */
export function useSteady<T extends object>(value: T, moving: readonly (keyof T)[] = []): T {
  const kept = useRef(value);
  const names = Object.keys(value) as (keyof T)[];
  const isSame = names.every((name) => moving.includes(name) || Object.is(kept.current[name], value[name]));
  if (!isSame) kept.current = value;
  return kept.current;
}
