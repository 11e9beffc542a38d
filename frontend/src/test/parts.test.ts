import { describe, expect, it } from "vitest";
import { partsOf } from "../../parts.config.ts";

type Chunk = Parameters<typeof partsOf>[0][number];

function chunk(name: string, imports: string[], more: Partial<Chunk> = {}): Chunk {
  const moduleIds = [`${name}.ts`];
  return { fileName: name, name, isEntry: false, isDynamicEntry: false, imports, moduleIds, code: "", ...more };
}

const page = (name: string, imports: string[]) => chunk(name, imports, { isDynamicEntry: true });

describe("partsOf", () => {
  it("puts what the first page needs into one file and what three others share into another", () => {
    const found = partsOf([
      chunk("main", ["react"], { isEntry: true }),
      chunk("react", []),
      chunk("select", ["react"]),
      chunk("table", ["react"]),
      page("networks", ["react", "select", "table"]),
      page("runs", ["react", "select", "table"]),
      page("data", ["react", "select"]),
    ]);
    expect(Object.fromEntries(found)).toEqual({ "main.ts": "first", "react.ts": "first", "select.ts": "common" });
  });

  it("leaves what is large by itself, and what needs it: the common file would bring it to every page", () => {
    const found = partsOf([
      chunk("main", [], { isEntry: true }),
      chunk("canvas", [], { code: "x".repeat(80_000) }),
      chunk("picture", ["canvas"]),
      ...["networks", "runs", "data"].map((name) => page(name, ["picture"])),
    ]);
    expect([...found.keys()]).toEqual(["main.ts"]);
  });

  it("leaves the bundler's helpers where they are", () => {
    const helpers = chunk("helpers", [], { moduleIds: ["\0rolldown/runtime.js"] });
    const found = partsOf([chunk("main", ["helpers"], { isEntry: true }), helpers]);
    expect([...found.keys()]).toEqual(["main.ts"]);
  });
});
