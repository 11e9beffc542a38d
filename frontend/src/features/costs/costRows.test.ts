import { describe, expect, it } from "vitest";
import { normalizeDocument } from "@/document";
import { sampleDocument } from "@/document/testing/catalogue";
import { reportOf } from "@/test/renderEditor";
import { costRows, placeOf, sortRows, toCsv } from "./costRows";

const sample = sampleDocument();
const stage = { id: "stage", type: "block:Stage", params: {}, repeat: 2, muted: false };
const document = normalizeDocument({
  ...sample,
  network: { ...sample.network, nodes: [...(sample.network?.nodes ?? []), stage] } as typeof sample.network,
});
const cost = (parameters: number, macs: number) => ({
  outputs: { y: { shape: [null, 8], dtype: "float32" as const } },
  parameters,
  macs,
  buffers: 0,
  activation_bytes: 32,
  summary: "",
});
const report = reportOf({
  nodes: {
    conv: cost(10, 500),
    stage: cost(4, 60),
    "stage.0.inner": cost(2, 30),
    "stage.1.inner": cost(2, 30),
    act: cost(0, 0),
  },
});

describe("the cost table", () => {
  const rows = costRows(document, report);

  it("has a row for each layer of the unfolded network and none for blocks", () => {
    expect(rows.map(({ path, type }) => `${path} ${type}`)).toEqual([
      "conv Filter2d",
      "stage.0.inner Bend",
      "stage.1.inner Bend",
      "act Bend",
    ]);
    expect(placeOf("stage.1.inner")).toEqual({ level: ["stage"], id: "inner" });
  });

  it("is sorted by numbers as numbers, and keeps the order of equals", () => {
    expect(sortRows(rows, "macs", true).map(({ path }) => path)).toEqual([
      "conv",
      "stage.0.inner",
      "stage.1.inner",
      "act",
    ]);
    expect(sortRows(rows, "path", false)[0]?.path).toBe("act");
  });

  it("goes out as plain numbers", () => {
    expect(toCsv(rows.slice(0, 1))).toBe(
      "path,type,output,parameters,macs,activation_bytes\nconv,Filter2d,N x 8,10,500,32\n",
    );
    expect(toCsv([{ ...rows[0], output: 'N x 8, N x "2"' } as (typeof rows)[0]])).toContain('"N x 8, N x ""2"""');
  });
});
