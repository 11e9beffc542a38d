import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CheckReport, Document } from "@/document";
import { createDocumentStore } from "@/document";
import { LAYERS, sampleDocument } from "@/document/testing/catalogue";
import { startChecking } from "./checker";

const REPORT = { ok: true, nodes: {}, problems: [] } as unknown as CheckReport;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A check whose answers come when the test says so. */
function watched() {
  const store = createDocumentStore({ document: sampleDocument(), layers: LAYERS });
  const asked: { document: Document; signal: AbortSignal; answer: (report: CheckReport) => void; fail: () => void }[] =
    [];
  const errors: unknown[] = [];
  const stop = startChecking(
    store,
    (document, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ document, signal, answer: resolve, fail: () => reject(new Error("gone")) });
      }),
    (error) => errors.push(error),
  );
  return { store, asked, errors, stop };
}

describe("checking", () => {
  it("asks once for a run of edits, and for the last state", async () => {
    const { store, asked } = watched();
    store.getState().setParam("conv", "size", 1);
    store.getState().setParam("conv", "size", 2);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.document.network.nodes[1]?.params).toEqual({ size: 2 });
  });

  it("asks at once after a rest, and again and again while edits go on", async () => {
    const { store, asked } = watched();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    store.getState().setParam("conv", "size", 0);
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toHaveLength(2);
    for (let size = 1; size <= 60; size += 1) {
      store.getState().setParam("conv", "size", size);
      await vi.advanceTimersByTimeAsync(10);
    }
    // Every 60 ms of the 600.
    expect(asked).toHaveLength(12);
    await vi.advanceTimersByTimeAsync(60);
    expect(asked.at(-1)?.document.network.nodes[1]?.params).toEqual({ size: 60 });
  });

  it("calls off the older question and drops its answer", async () => {
    const { store, asked } = watched();
    await vi.advanceTimersByTimeAsync(100);
    store.getState().setParam("conv", "size", 1);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked[0]?.signal.aborted).toBe(true);
    asked[0]?.answer({ ...REPORT, ok: false });
    asked[1]?.answer(REPORT);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.getState().report).toBe(REPORT);
    expect(store.getState().checking).toBe("current");
  });

  it("keeps an older report on show and says so only where the answer takes its time", async () => {
    const { store, asked } = watched();
    await vi.advanceTimersByTimeAsync(100);
    asked[0]?.answer(REPORT);
    await vi.advanceTimersByTimeAsync(0);
    store.getState().setParam("conv", "size", 1);
    expect([store.getState().report, store.getState().checking]).toEqual([REPORT, "pending"]);
    await vi.advanceTimersByTimeAsync(400);
    expect(store.getState().checking).toBe("slow");
  });

  it("does not ask about a move: places have no meaning", async () => {
    const { store, asked } = watched();
    await vi.advanceTimersByTimeAsync(100);
    store.getState().moveNodes({ conv: [7, 7] });
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveLength(1);
  });

  it("asks again where no answer came", async () => {
    const { store, asked, errors } = watched();
    await vi.advanceTimersByTimeAsync(100);
    asked[0]?.fail();
    await vi.advanceTimersByTimeAsync(0);
    expect(store.getState().checking).toBe("failed");
    expect(errors).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3000);
    expect(asked).toHaveLength(2);
    asked[1]?.answer(REPORT);
    await vi.advanceTimersByTimeAsync(0);
    expect(store.getState().checking).toBe("current");
  });

  it("ends with the page", async () => {
    const { store, asked, stop } = watched();
    await vi.advanceTimersByTimeAsync(100);
    stop();
    expect(asked[0]?.signal.aborted).toBe(true);
    store.getState().setParam("conv", "size", 1);
    await vi.advanceTimersByTimeAsync(500);
    expect(asked).toHaveLength(1);
  });
});
