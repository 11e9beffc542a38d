import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SILENT_MS, useSilence } from "./useSilence";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const wait = (milliseconds: number) => act(() => vi.advanceTimersByTime(milliseconds));

function watch(isExpected = true) {
  return renderHook((props: { cursor: number; isExpected: boolean }) => useSilence(props.cursor, props.isExpected), {
    initialProps: { cursor: 1, isExpected },
  });
}

it("a worker is silent when its newest report is old, until the next one comes", () => {
  const { result, rerender } = watch();
  wait(SILENT_MS - 1);
  expect(result.current).toBe(false);
  rerender({ cursor: 2, isExpected: true });
  wait(SILENT_MS - 1);
  expect(result.current).toBe(false);
  wait(1);
  expect(result.current).toBe(true);
  rerender({ cursor: 3, isExpected: true });
  expect(result.current).toBe(false);
});

it("no report is missed of a run that waits, or while the server is not reached", () => {
  const { result, rerender } = watch(false);
  wait(2 * SILENT_MS);
  expect(result.current).toBe(false);
  rerender({ cursor: 1, isExpected: true });
  expect(result.current).toBe(false);
  wait(SILENT_MS);
  expect(result.current).toBe(true);
});
