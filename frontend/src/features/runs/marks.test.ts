import { describe, expect, it } from "vitest";
import { joinMarks } from "./marks";

describe("joinMarks", () => {
  it("says all that happened at one step in one mark", () => {
    const marks = [
      { step: 40, label: "resumed" },
      { step: 102, label: "lr 0.0005" },
      { step: 102, label: "4000 epochs" },
    ];
    expect(joinMarks(marks)).toEqual([
      { step: 40, label: "resumed" },
      { step: 102, label: "lr 0.0005, 4000 epochs" },
    ]);
  });
});
