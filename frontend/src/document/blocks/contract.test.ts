import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createCatalogue } from "../catalogue";
import { applyEdits } from "../edits";
import { normalizeDocument } from "../normalize";
import { blockOf, type Document, type LayerRead, type WireDocument } from "../types";
import { groupEdits, groupProblem } from "./group";
import { isRefused, planUnpack } from "./unpack";

/** Networks of real layers: `tests/backend/compiler/test_blocks_contract.py` checks what becomes of them here. */
const FILE = "../tests/contract/blocks.json";

type Action = { group: { block: string; ids: string[]; name: string } } | { unpack: { block: string; id: string } };

interface Contract {
  about: string;
  ports: { [type: string]: { inputs: { name: string; variadic: boolean }[]; outputs: string[] } };
  cases: { name: string; document: WireDocument; action: Action; after: unknown }[];
}

const contract = JSON.parse(readFileSync(FILE, "utf-8")) as Contract;
const catalogue = createCatalogue(
  Object.entries(contract.ports).map(([type, { inputs, outputs }]) => {
    const any = { axes: "", ranks: null, dtypes: [] };
    return {
      type,
      family: "",
      inputs: inputs.map((port) => ({ ...any, ...port })),
      outputs: outputs.map((name) => ({ ...any, name, variadic: false })),
      params_schema: {},
      can_be_muted: false,
    } as unknown as LayerRead;
  }),
);

function become(document: Document, action: Action): Document {
  const blockName = "group" in action ? action.group.block : action.unpack.block;
  const block = blockOf(document, blockName);
  if (!block) throw new Error(`no block ${blockName}`);
  const level = { document, block, catalogue };
  if ("group" in action) {
    expect(groupProblem(level, action.group.ids)).toBeNull();
    return applyEdits(document, groupEdits(level, blockName, action.group.ids, action.group.name).edits);
  }
  const plan = planUnpack(level, blockName, action.unpack.id);
  if (isRefused(plan)) throw new Error(JSON.stringify(plan));
  return applyEdits(document, plan.edits);
}

/** As the server writes it, without places: whose weights a node uses only where it is another's. */
function plain({ format, name, network, blocks }: Document): unknown {
  const text = JSON.stringify({ format, name, network, blocks }, (key, value) =>
    key === "share" && value === null ? undefined : value,
  );
  return JSON.parse(text);
}

describe("grouping and unpacking networks of real layers", () => {
  it.each(contract.cases.map((each) => [each.name, each] as const))("%s", (_name, each) => {
    const after = plain(become(normalizeDocument(each.document), each.action));
    if (process.env.UPDATE) each.after = after;
    expect(after).toEqual(each.after);
  });

  it.runIf(process.env.UPDATE)("is written down", () => {
    const lines = contract.cases.map((each) => `    ${JSON.stringify(each)}`).join(",\n");
    const head = `{\n  "about": ${JSON.stringify(contract.about)},\n  "ports": ${JSON.stringify(contract.ports)},\n`;
    writeFileSync(FILE, `${head}  "cases": [\n${lines}\n  ]\n}\n`);
  });
});
