import { describe, expect, it } from "vitest";
import type { NetworkTimes } from "@/api";
import { normalizeDocument } from "@/document";
import { sampleDocument } from "@/document/testing/catalogue";
import { reportOf } from "@/test/renderEditor";
import { columnsOf, costRows, placeOf, sortRows, toCsv, totalTimes } from "./costRows";

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
  const rows = costRows(document, report, null);

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
    expect(toCsv(rows.slice(0, 1), columnsOf(false))).toBe(
      "path,type,output,parameters,macs,activation_bytes\nconv,Filter2d,N x 8,10,500,32\n",
    );
    expect(toCsv([{ ...rows[0], output: 'N x 8, N x "2"' } as (typeof rows)[0]], columnsOf(false))).toContain(
      '"N x 8, N x ""2"""',
    );
  });

  it("has the measured times with their shares; what is not known comes last and is empty", () => {
    const nodes = {
      conv: { forward_ms: 1, backward_ms: 2 },
      "stage.0.inner": { forward_ms: 0.25, backward_ms: 0.75 },
      act: { forward_ms: 1, backward_ms: 0 },
    };
    const timed = costRows(document, report, { nodes } as unknown as NetworkTimes);
    expect(timed.map(({ time_share }) => time_share)).toEqual([0.6, 0.2, null, 0.2]);
    expect(totalTimes(timed)).toEqual({ forward_ms: 2.25, backward_ms: 2.75 });
    const paths = (isDescending: boolean) => sortRows(timed, "backward_ms", isDescending).map(({ path }) => path);
    expect(paths(true)).toEqual(["conv", "stage.0.inner", "act", "stage.1.inner"]);
    expect(paths(false)).toEqual(["act", "stage.0.inner", "conv", "stage.1.inner"]);
    const lines = toCsv(timed, columnsOf(true)).split("\n");
    expect(lines[0]).toBe("path,type,output,parameters,macs,activation_bytes,forward_ms,backward_ms,time_share");
    expect(lines[1]).toBe("conv,Filter2d,N x 8,10,500,32,1,2,0.6");
    expect(lines[3]).toBe("stage.1.inner,Bend,N x 8,2,30,32,,,");
  });
});
