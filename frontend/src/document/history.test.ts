import { describe, expect, it } from "vitest";
import {
  canRedo,
  canUndo,
  emptyHistory,
  IGNORE,
  jump,
  MAX_ENTRIES,
  mapSnapshots,
  merge,
  push,
  RECORD,
  seal,
} from "./history";

const label = { key: "history.change" };

describe("history", () => {
  it("goes back and forth between states", () => {
    const two = push(push(emptyHistory<number>(), RECORD, label, 0, 1), RECORD, label, 1, 2);
    const back = jump(two, 1);
    expect(back?.state).toBe(1);
    expect(jump(back?.history ?? two, 0)?.state).toBe(0);
    expect(jump(back?.history ?? two, 2)?.state).toBe(2);
    expect(jump(two, 3)).toBeNull();
    expect(canUndo(two)).toBe(true);
    expect(canRedo(two)).toBe(false);
  });

  it("joins changes of one key until something else happens", () => {
    let history = push(emptyHistory<number>(), merge("a"), label, 0, 1);
    history = push(history, merge("a"), label, 1, 2);
    expect(history.entries).toHaveLength(1);
    expect(jump(history, 0)?.state).toBe(0);
    history = push(history, merge("b"), label, 2, 3);
    history = push(history, merge("a"), label, 3, 4);
    expect(history.entries).toHaveLength(3);
    expect(push(seal(history), merge("a"), label, 4, 5).entries).toHaveLength(4);
  });

  it("forgets what could be redone when something new is done", () => {
    const two = push(push(emptyHistory<number>(), RECORD, label, 0, 1), RECORD, label, 1, 2);
    const back = jump(two, 1)?.history ?? two;
    const other = push(back, RECORD, label, 1, 9);
    expect(other.entries.map(({ after }) => after)).toEqual([1, 9]);
  });

  it("does not join a change to an entry that was undone into", () => {
    const one = push(emptyHistory<number>(), merge("a"), label, 0, 1);
    const two = push(one, RECORD, label, 1, 2);
    const back = jump(two, 1)?.history ?? two;
    expect(push(back, merge("a"), label, 1, 5).entries).toHaveLength(2);
  });

  it("keeps no entry of an ignored change, and carries it into the snapshots", () => {
    const one = push(emptyHistory<number>(), RECORD, label, 0, 1);
    expect(push(one, IGNORE, label, 1, 101)).toBe(one);
    expect(
      jump(
        mapSnapshots(one, (value) => value + 100),
        0,
      )?.state,
    ).toBe(100);
  });

  it("is bounded", () => {
    let history = emptyHistory<number>();
    for (let step = 0; step < MAX_ENTRIES + 10; step += 1) history = push(history, RECORD, label, step, step + 1);
    expect(history.entries).toHaveLength(MAX_ENTRIES);
    expect(jump(history, 0)?.state).toBe(10);
  });
});
