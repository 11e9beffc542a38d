import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createCatalogue } from "../catalogue";
import { applyEdits } from "../edits";
import { normalizeDocument } from "../normalize";
import { type Level, portsAt } from "../ports";
import { LAYERS } from "../testing/catalogue";
import { type Block, blockOf, type Document, type Edge, type Node, type Position, type WireDocument } from "../types";
import { blockSet, duplicateBlockEdits, makeUniqueEdits, mergeBlocks, renameBlockEdits } from "./definitions";
import { groupEdits, groupProblem, suggestBlockName } from "./group";
import { exposeEdits, followersOf, inlineEdits, removeParameter } from "./parameters";
import { isRefused, planUnpack } from "./unpack";
import { recursionProblem, usesOf } from "./uses";

const catalogue = createCatalogue(LAYERS);

const node = (id: string, type: string, params: Node["params"] = {}, repeat: number | string = 1): Node => ({
  id,
  type,
  params,
  repeat,
  muted: false,
  share: null,
});

/** `"a>b a>c.right"`: wires, with the port behind a dot where one is meant. */
function wires(text: string): Edge[] {
  return text
    .split(" ")
    .filter(Boolean)
    .map((wire) => {
      const [from = "", to = ""] = wire.split(">");
      const [source = "", source_port = null] = from.split(".");
      const [target = "", target_port = null] = to.split(".");
      return { source, target, source_port, target_port };
    });
}

function make(
  nodes: Node[],
  edges: string,
  rest: Partial<WireDocument> & { parameters?: Block["parameters"] } = {},
): Document {
  const { parameters = {}, ...other } = rest;
  return normalizeDocument({ format: 1, name: "Test", network: { parameters, nodes, edges: wires(edges) }, ...other });
}

function levelOf(document: Document, name = "network"): Level {
  const block = blockOf(document, name);
  if (!block) throw new Error(`no block ${name}`);
  return { document, block, catalogue };
}

function group(document: Document, ids: string[], name: string, at = "network"): { document: Document; id: string } {
  const { edits, id } = groupEdits(levelOf(document, at), at, ids, name);
  return { document: applyEdits(document, edits), id };
}

function unpack(document: Document, id: string, at = "network"): Document {
  const plan = planUnpack(levelOf(document, at), at, id);
  if (isRefused(plan)) throw new Error(JSON.stringify(plan));
  return applyEdits(document, plan.edits);
}

const written = ({ source, source_port, target, target_port }: Edge) =>
  `${source}${source_port ? `.${source_port}` : ""}>${target}${target_port ? `.${target_port}` : ""}`;
const edgesOf = (block: Block | undefined) => block?.edges.map(written).join(" ");
const idsOf = (block: Block | undefined) => block?.nodes.map(({ id }) => id);

const residual = () =>
  make(
    [
      node("image", "Input"),
      node("conv", "Filter2d", { out_channels: "=2*width", size: ["=k", 3] }),
      node("act", "Bend"),
      node("sum", "Sum"),
      node("scores", "Output"),
    ],
    "image>conv conv>act act>sum image>sum sum>scores",
    {
      parameters: { width: 8, k: 3, unused: 1 },
      view: { network: { image: [0, 0], conv: [340, 0], act: [680, 0], sum: [1020, 0], scores: [1360, 0] } },
    },
  );

describe("grouping", () => {
  it("makes one entry for one source and one exit for one value, and keeps places", () => {
    const { document, id } = group(residual(), ["conv", "act", "sum"], "Res");
    expect(id).toBe("res1");
    expect(idsOf(document.blocks.Res)).toEqual(["x", "conv", "act", "sum", "y"]);
    expect(edgesOf(document.blocks.Res)).toBe("x>conv conv>act act>sum x>sum sum>y");
    expect(edgesOf(document.network)).toBe("image>res1 res1>scores");
    expect(document.view.Res).toEqual({ x: [0, 0], conv: [340, 0], act: [680, 0], sum: [1020, 0], y: [1360, 0] });
    expect(document.view.network).toEqual({ image: [0, 0], res1: [680, 0], scores: [1360, 0] });
  });

  it("passes on the parameters that the nodes follow, and no others", () => {
    const { document } = group(residual(), ["conv", "act"], "Stem");
    expect(document.blocks.Stem?.parameters).toEqual({ width: 8, k: 3 });
    expect(document.network.nodes.find(({ id }) => id === "stem1")?.params).toEqual({ width: "=width", k: "=k" });
  });

  it("names several ports by what they are, and keeps the order of wires that are joined", () => {
    const start = make(
      [
        node("a", "Input"),
        node("b", "Input"),
        node("split", "Split"),
        node("pair", "Pair"),
        node("sum", "Sum"),
        node("y", "Output"),
      ],
      "a>split split.left>pair.b b>pair.a split.right>sum pair>sum a>sum sum>y",
    );
    const { document } = group(start, ["split", "pair"], "Mixed");
    expect(idsOf(document.blocks.Mixed)).toEqual(["a", "b", "split", "pair", "right", "pair_out"]);
    expect(edgesOf(document.network)).toBe("a>mixed1.a b>mixed1.b mixed1.right>sum mixed1.pair_out>sum a>sum sum>y");
  });

  it("gives a selection that stands alone ports where it is open", () => {
    const start = make([node("conv", "Filter2d"), node("act", "Bend")], "conv>act");
    const { document } = group(start, ["conv", "act"], "Alone");
    expect(edgesOf(document.blocks.Alone)).toBe("conv>act x>conv act>y");
    expect(edgesOf(document.network)).toBe("");
  });

  it.each([
    [["image", "conv"], "group.port"],
    [["conv", "sum"], "group.circle"],
    [[], "reason.noNodeSelected"],
  ])("of %s is refused with a reason", (ids, key) => {
    expect(groupProblem(levelOf(residual()), ids)?.key).toBe(key);
  });

  it("names the node that stands in the way", () => {
    expect(groupProblem(levelOf(residual()), ["conv", "sum"])?.values).toEqual({ id: "act" });
  });

  it("suggests a name from what is in it", () => {
    const level = levelOf(residual());
    expect(suggestBlockName(level, ["conv", "act"])).toBe("ConvAct");
    expect(suggestBlockName(level, ["conv", "act", "sum"])).toBe("ConvActSum");
    const named = make([node("stage1_conv", "Filter2d"), node("stage1_act", "Bend")], "stage1_conv>stage1_act", {
      blocks: { Stage1: { nodes: [] } },
    });
    expect(suggestBlockName(levelOf(named), ["stage1_conv", "stage1_act"])).toBe("Stage2");
  });
});

const stage = (parameters: Block["parameters"] = { channels: 4 }) => ({
  parameters,
  nodes: [
    node("x", "Input"),
    node("conv", "Filter2d", { out_channels: "=channels" }),
    node("act", "Bend"),
    node("y", "Output"),
  ],
  edges: wires("x>conv conv>act act>y"),
});

const stages = (use: Node, parameters: Block["parameters"] = { width: 2 }) =>
  make(
    [node("image", "Input"), use, node("conv", "Filter2d"), node("scores", "Output")],
    "image>stage stage>conv conv>scores",
    {
      parameters,
      blocks: { Stage: stage() },
    },
  );

describe("unpacking", () => {
  it("puts values in place and gives ids that are free", () => {
    const after = unpack(stages(node("stage", "block:Stage", { channels: "=2*width" })), "stage");
    expect(after.network.nodes.find(({ id }) => id === "stage_conv")?.params).toEqual({ out_channels: "=2 * width" });
    expect(edgesOf(after.network)).toBe("act>conv conv>scores image>stage_conv stage_conv>act");
    expect(after.blocks).toEqual({});
  });

  it("keeps a definition that others use, and takes a default for what is not set", () => {
    const before = stages(node("stage", "block:Stage"));
    const twice = applyEdits(before, [{ op: "add_node", block: "network", node: node("other", "block:Stage") }]);
    const after = unpack(twice, "stage");
    expect(Object.keys(after.blocks)).toEqual(["Stage"]);
    expect(after.network.nodes.find(({ id }) => id === "stage_conv")?.params).toEqual({ out_channels: 4 });
  });

  it("unrolls what repeats", () => {
    const after = unpack(stages(node("stage", "block:Stage", {}, "=width+1")), "stage");
    expect(idsOf(after.network)).toEqual([
      ...["image", "conv", "scores"],
      ...["stage_0_conv", "stage_0_act", "stage_1_conv", "stage_1_act", "stage_2_conv", "stage_2_act"],
    ]);
    expect(edgesOf(after.network)).toBe(
      "stage_2_act>conv conv>scores image>stage_0_conv stage_0_conv>stage_0_act stage_0_act>stage_1_conv " +
        "stage_1_conv>stage_1_act stage_1_act>stage_2_conv stage_2_conv>stage_2_act",
    );
  });

  it("leads a wire that only passes through from end to end", () => {
    const before = make(
      [node("image", "Input"), node("empty", "block:Empty", {}, 3), node("scores", "Output")],
      "image>empty empty>scores",
      {
        blocks: { Empty: { nodes: [node("x", "Input"), node("y", "Output")], edges: wires("x>y") } },
      },
    );
    expect(edgesOf(unpack(before, "empty").network)).toBe("image>scores");
  });

  it("makes room: no two cards touch", () => {
    const placed = stages(node("stage", "block:Stage", {}, 3));
    const view = {
      network: { image: [0, 0], stage: [340, 0], conv: [680, 0], scores: [340, 140] },
    } as Document["view"];
    const after = unpack({ ...placed, view }, "stage");
    const places = Object.values(after.view.network ?? {});
    expect(places).toHaveLength(9);
    for (const [x, y] of places) {
      const near = places.filter(([ox, oy]) => Math.abs(ox - x) < 200 && Math.abs(oy - y) < 60);
      expect(near).toHaveLength(1);
    }
  });

  it.each([
    ["image", stages(node("stage", "block:Stage")), "unpack.notABlock"],
    ["stage", stages({ ...node("stage", "block:Stage"), muted: true }), "unpack.muted"],
    ["stage", stages(node("stage", "block:Nothing")), "reason.noSuchBlock"],
    ["stage", stages(node("stage", "block:Stage", {}, 0)), "unpack.badRepeat"],
    ["stage", stages(node("stage", "block:Stage", {}, "=width/2")), null],
    ["stage", stages(node("stage", "block:Stage", {}, 5000)), "unpack.tooMany"],
    ["stage", stages(node("stage", "block:Stage", { channels: "=2*" })), "unpack.badExpression"],
  ])("of %s is refused with a reason where it has no meaning", (id, document, key) => {
    const plan = planUnpack(levelOf(document), "network", id);
    expect(isRefused(plan) ? plan.key : null).toBe(key);
  });

  it("is refused inside a block whose uses repeat it differently", () => {
    const outer = {
      parameters: { depth: 1 },
      nodes: [node("x", "Input"), node("stage", "block:Stage", {}, "=depth"), node("y", "Output")],
      edges: wires("x>stage stage>y"),
    };
    const nodes = [
      node("image", "Input"),
      node("a", "block:Outer", { depth: 2 }),
      node("b", "block:Outer"),
      node("y", "Output"),
    ];
    const document = make(nodes, "image>a a>b b>y", { blocks: { Stage: stage(), Outer: outer } });
    expect(planUnpack(levelOf(document, "Outer"), "Outer", "stage")).toMatchObject({ key: "unpack.repeatVaries" });
  });
});

/** A random network: nodes of random types, each wired to earlier ones at its ports, some with the weights of an earlier one. */
const networks = fc
  .array(
    fc.tuple(
      fc.constantFrom("Filter2d", "Dense", "Bend", "Sum", "Split", "Pair"),
      fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
      fc.boolean(),
    ),
    {
      minLength: 2,
      maxLength: 12,
    },
  )
  .map((drawn) => {
    const document = make([node("in1", "Input"), node("in2", "Input")], "", { parameters: { width: 4, k: 2 } });
    const nodes = [...document.network.nodes];
    const edges: Edge[] = [];
    drawn.forEach(([type, picks, shares], index) => {
      const owner = shares ? nodes.find((other) => other.type === type) : undefined;
      const params = owner?.params ?? { out: index % 2 ? "=2*width" : 3, size: ["=k", index] };
      const made = { ...node(`n${index}`, type, params), share: owner?.id ?? null };
      const level = { ...levelOf(document), block: { ...document.network, nodes: [...nodes, made] } };
      const seen = new Set<string>();
      const ports = portsAt(level, made.id).inputs;
      for (const port of ports.length === 1 && ports[0]?.variadic ? [...ports, ...ports] : ports) {
        const source = nodes[(picks[seen.size] ?? 0) % nodes.length];
        if (!source) continue;
        const outputs = portsAt(level, source.id).outputs;
        const output = outputs[(picks[2] ?? 0) % outputs.length];
        const key = `${source.id}.${output?.name}>${port.name}`;
        if (!output || seen.has(key)) continue;
        seen.add(key);
        edges.push({
          source: source.id,
          target: made.id,
          source_port: outputs.length > 1 ? output.name : null,
          target_port: ports.length > 1 ? port.name : null,
        });
      }
      nodes.push(made);
    });
    const last = nodes.at(-1)?.id ?? "";
    const [first, second] = portsAt({ ...levelOf(document), block: { ...document.network, nodes } }, last).outputs;
    nodes.push(node("out", "Output"));
    edges.push({ source: last, target: "out", source_port: second ? (first?.name ?? null) : null, target_port: null });
    return { ...document, network: { ...document.network, nodes, edges } };
  });

/** What a network is, without the order of its nodes and of wires that are not joined. */
function meaning(block: Block) {
  const nodes = [...block.nodes].sort((a, b) => (a.id < b.id ? -1 : 1));
  const into = nodes.map(({ id }) => block.edges.filter((edge) => edge.target === id).map(written));
  return { parameters: block.parameters, nodes, into };
}

describe("grouping and unpacking", () => {
  it("give the same network back, wire by wire and place by place", () => {
    let [grouped, shared] = [0, 0];
    fc.assert(
      fc.property(networks, fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), (document, picks) => {
        const inner = document.network.nodes.filter(({ id }) => id.startsWith("n"));
        const picked = new Set(picks.map((pick) => inner[pick % inner.length]?.id ?? ""));
        const owners = new Set(inner.filter(({ id }) => picked.has(id)).map(({ id, share }) => share ?? id));
        const ids = inner.filter(({ id, share }) => picked.has(id) || owners.has(share ?? id)).map(({ id }) => id);
        if (ids.length > picked.size) expect(groupProblem(levelOf(document), [...picked])).not.toBeNull();
        if (groupProblem(levelOf(document), ids)) return;
        grouped += 1;
        if (inner.some(({ id, share }) => share !== null && ids.includes(id))) shared += 1;
        const made = group(document, ids, "Made");
        const back = unpack(made.document, made.id);
        // An open end is an entry that nothing feeds: it goes again, and so the network is the same.
        const plain = (text: string) => JSON.parse(JSON.stringify(text).replaceAll("2*width", "2 * width"));
        expect(plain(meaning(back.network) as never)).toEqual(plain(meaning(document.network) as never));
        expect(back.blocks).toEqual({});
      }),
      { numRuns: 300 },
    );
    expect(grouped).toBeGreaterThan(100);
    expect(shared).toBeGreaterThan(40);
  });

  it("brings a grouped selection back to its own places", () => {
    const made = group(residual(), ["conv", "act"], "Made");
    expect(unpack(made.document, made.id).view.network).toEqual(residual().view.network);
  });

  it("stands where its first card stood where another stands in the middle, its ports close by, and brings all back", () => {
    // Rows that a person reads like a text: conv ends the first, act begins the second.
    const rows: Record<string, Position> = {
      image: [0, 0],
      conv: [680, 0],
      act: [0, 140],
      sum: [340, 100],
      scores: [680, 140],
    };
    const wrapped = { ...residual(), view: { network: rows } };
    const made = group(wrapped, ["conv", "act"], "Made");
    expect(made.document.view.network?.[made.id]).toEqual(rows.conv);
    expect(made.document.view.Made).toEqual({ x: [340, 0], conv: rows.conv, act: rows.act, y: [340, 140] });
    expect(unpack(made.document, made.id).view.network).toEqual(wrapped.view.network);
  });

  it("takes the points of the wires within along, into the block and out again, also where it stands elsewhere", () => {
    const edge = residual().network.edges[1] as Edge;
    const points: Position[] = [[500, -120]];
    const led = applyEdits(residual(), [{ op: "set_way", block: "network", edge, points }]);
    const made = group(led, ["conv", "act"], "Made");
    expect(made.document.marks.network?.ways ?? []).toEqual([]);
    expect(made.document.marks.Made?.ways).toEqual([{ edge, points }]);
    expect(unpack(made.document, made.id).marks.network?.ways).toEqual([{ edge, points }]);

    const [x, y] = made.document.view.network?.[made.id] ?? [0, 0];
    const position: Position = [x, y + 400];
    const moved = applyEdits(made.document, [{ op: "move_node", block: "network", id: made.id, position }]);
    const back = unpack(moved, made.id);
    const shift = (back.view.network?.conv?.[1] ?? 0) - 0;
    expect(shift).toBe(400);
    expect(back.marks.network?.ways).toEqual([{ edge, points: [[500, -120 + shift]] }]);
  });
});

describe("blocks and weights of another node", () => {
  const twins = () =>
    make(
      [
        node("image", "Input"),
        node("a", "Dense"),
        { ...node("b", "Dense"), share: "a" },
        { ...node("c", "Dense"), share: "a" },
        node("sum", "Sum"),
        node("y", "Output"),
      ],
      "image>a a>b b>c a>sum c>sum sum>y",
    );
  const shares = (block: Block | undefined) =>
    Object.fromEntries((block?.nodes ?? []).flatMap(({ id, share }) => (share === null ? [] : [[id, share]])));

  it.each([
    ["a node that uses weights outside", ["c"], { id: "c", owner: "a" }],
    ["the node whose weights are used outside", ["a", "b"], { id: "c", owner: "a" }],
  ])("%s is not grouped without the other", (_name, ids, values) => {
    expect(groupProblem(levelOf(twins()), ids)).toEqual({ key: "group.shared", values });
  });

  it("are kept in a block, and on the way out with the ids that are free there", () => {
    const { document, id } = group(twins(), ["a", "b", "c"], "Twins");
    expect(shares(document.blocks.Twins)).toEqual({ b: "a", c: "a" });
    expect(shares(document.network)).toEqual({});
    const taken = applyEdits(document, [{ op: "add_node", block: "network", node: node("a", "Dense") }]);
    expect(shares(unpack(taken, id).network)).toEqual({ b: "twins1_a", c: "twins1_a" });
  });

  it("stay within each repetition", () => {
    const { document, id } = group(twins(), ["a", "b", "c", "sum"], "Twins");
    const twice = applyEdits(document, [{ op: "set_node", block: "network", id, repeat: 2 }]);
    expect(shares(unpack(twice, id).network)).toEqual({
      twins1_0_b: "twins1_0_a",
      twins1_0_c: "twins1_0_a",
      twins1_1_b: "twins1_1_a",
      twins1_1_c: "twins1_1_a",
    });
  });

  it.each(["first", "second"])("keep two blocks with one set of weights from being unpacked alone: %s", (id) => {
    const document = make(
      [
        node("image", "Input"),
        node("first", "block:Stage"),
        { ...node("second", "block:Stage"), share: "first" },
        node("y", "Output"),
      ],
      "image>first first>second second>y",
      { blocks: { Stage: stage() } },
    );
    const twin = id === "first" ? "second" : "first";
    expect(planUnpack(levelOf(document), "network", id)).toEqual({ key: "unpack.shared", values: { id, twin } });
  });

  it("do not come to be another's because the name is taken outside", () => {
    const astray = { ...stage(), nodes: [...stage().nodes, { ...node("loose", "Dense"), share: "conv9" }] };
    const document = make(
      [node("image", "Input"), node("stage", "block:Stage"), node("conv9", "Dense"), node("y", "Output")],
      "image>stage stage>conv9 conv9>y",
      { blocks: { Stage: astray } },
    );
    const values = { id: "loose", owner: "conv9", name: "Stage" };
    expect(planUnpack(levelOf(document), "network", "stage")).toEqual({ key: "unpack.shareUnknown", values });
  });

  it("belong to the next in the block when the owner goes, and follow its new name", () => {
    const { document } = group(twins(), ["a", "b", "c"], "Twins");
    const edit = (edits: Parameters<typeof applyEdits>[1]) => shares(applyEdits(document, edits).blocks.Twins);
    expect(edit([{ op: "rename_node", block: "Twins", id: "a", new_id: "first" }])).toEqual({ b: "first", c: "first" });
    expect(edit([{ op: "remove_node", block: "Twins", id: "a" }])).toEqual({ c: "b" });
  });

  it("follow a parameter of the block together, and are numbers again together", () => {
    const made = group(twins(), ["a", "b", "c"], "Twins").document;
    const document = applyEdits(made, [{ op: "set_param", block: "Twins", id: "a", name: "slope", value: 2 }]);
    const exposed = applyEdits(document, exposeEdits(document, "Twins", "c", "slope", catalogue)?.edits ?? []);
    expect(followersOf(exposed.blocks.Twins as Block, "slope")).toEqual(["a.slope", "b.slope", "c.slope"]);
    expect(applyEdits(exposed, inlineEdits(exposed, "Twins", "b", "slope") as never)).toEqual(document);
  });
});

describe("definitions", () => {
  const twice = () => {
    const document = stages(node("stage", "block:Stage", { channels: 6 }));
    return applyEdits(document, [{ op: "add_node", block: "network", node: node("other", "block:Stage") }]);
  };

  it("are renamed wherever they are used, with the places in them", () => {
    const document = { ...twice(), view: { Stage: { conv: [7, 8] } } } as Document;
    const after = applyEdits(document, renameBlockEdits(document, "Stage", "Unit"));
    expect(Object.keys(after.blocks)).toEqual(["Unit"]);
    expect(usesOf(after, "Unit").map((use) => use.node.id)).toEqual(["stage", "other"]);
    expect(after.view.Unit).toEqual({ conv: [7, 8] });
  });

  it("are copied, and one use may have its own", () => {
    const document = twice();
    expect(duplicateBlockEdits(document, "Stage").name).toBe("Stage1");
    const { edits, name } = makeUniqueEdits(document, "network", "other");
    const after = applyEdits(document, edits);
    expect(after.network.nodes.find(({ id }) => id === "other")?.type).toBe(`block:${name}`);
    expect(after.network.nodes.find(({ id }) => id === "stage")?.type).toBe("block:Stage");
    expect(after.blocks[name]).toEqual(after.blocks.Stage);
  });

  it("are never within themselves", () => {
    const outer = { nodes: [node("inner", "block:Stage")] };
    const document = make([node("use", "block:Outer")], "", { blocks: { Stage: stage(), Outer: outer } });
    expect(recursionProblem(document, "Stage", "block:Stage")?.key).toBe("block.withinItself");
    expect(recursionProblem(document, "Stage", "block:Outer")?.key).toBe("block.withinAnother");
    expect(recursionProblem(document, "Outer", "block:Stage")).toBeNull();
    expect(recursionProblem(document, "network", "block:Outer")).toBeNull();
  });
});

describe("merging", () => {
  const outer = () => ({ nodes: [node("inner", "block:Stage")] });
  const source = () =>
    make([], "", { blocks: { Stage: stage({ channels: 9 }), Outer: outer() }, view: { Stage: { conv: [7, 8] } } });

  it("adds what is not there, with the places in it", () => {
    const empty = make([], "");
    const after = applyEdits(empty, mergeBlocks(empty, blockSet(source(), ["Outer"])).edits);
    expect(after.blocks).toEqual(source().blocks);
    expect(after.view.Stage).toEqual({ conv: [7, 8] });
  });

  it("takes what is the same as the same, also under an earlier copy's name", () => {
    const here = make([], "", { blocks: { Stage: stage(), Outer: outer() } });
    const first = mergeBlocks(here, blockSet(source(), ["Outer"]));
    const once = applyEdits(here, first.edits);
    expect(Object.keys(once.blocks)).toEqual(["Stage", "Outer", "Stage1", "Outer1"]);
    const second = mergeBlocks(once, blockSet(source(), ["Outer"]));
    expect(second.edits).toEqual([]);
    expect(second.rename("block:Outer")).toBe("block:Outer1");
  });

  it("does not take a block for the same whose inner block is another", () => {
    const here = make([], "", { blocks: { Stage: stage(), Outer: outer() } });
    const { edits, rename } = mergeBlocks(here, blockSet(source(), ["Outer"]));
    const after = applyEdits(here, edits);
    expect(rename("block:Outer")).toBe("block:Outer1");
    expect(after.blocks.Outer1?.nodes[0]?.type).toBe("block:Stage1");
  });
});

describe("parameters", () => {
  const within = () => {
    const document = stages(node("stage", "block:Stage"));
    return applyEdits(document, [{ op: "set_param", block: "Stage", id: "act", name: "slope", value: 0.5 }]);
  };

  it("are made of a setting, with its value as their default, under a name that is free", () => {
    const exposed = exposeEdits(within(), "Stage", "act", "slope", catalogue);
    expect(exposed?.name).toBe("slope");
    const after = applyEdits(within(), exposed?.edits ?? []);
    expect(after.blocks.Stage?.parameters).toEqual({ channels: 4, slope: 0.5 });
    expect(followersOf(after.blocks.Stage as Block, "slope")).toEqual(["act.slope"]);
    const again = applyEdits(after, [{ op: "set_param", block: "Stage", id: "conv", name: "out_channels", value: 7 }]);
    expect(exposeEdits(again, "Stage", "conv", "out_channels", catalogue)?.name).toBe("conv_channels");
    expect(exposeEdits(again, "Stage", "conv", "padding", catalogue)).toBeNull();
  });

  it("become numbers again and go where nothing follows them", () => {
    const after = applyEdits(within(), exposeEdits(within(), "Stage", "act", "slope", catalogue)?.edits ?? []);
    const edits = inlineEdits(after, "Stage", "act", "slope");
    expect("key" in edits).toBe(false);
    expect(applyEdits(after, edits as never)).toEqual(within());
  });

  it("stay where uses give different numbers", () => {
    const document = applyEdits(within(), [
      { op: "add_node", block: "network", node: node("b", "block:Stage", { channels: 5 }) },
    ]);
    expect(inlineEdits(document, "Stage", "conv", "out_channels")).toMatchObject({ key: "parameter.differs" });
  });

  it("take the number that all uses give", () => {
    const document = stages(node("stage", "block:Stage", { channels: "=3*width" }));
    const after = applyEdits(document, inlineEdits(document, "Stage", "conv", "out_channels") as never);
    expect(after.blocks.Stage?.nodes[1]?.params).toEqual({ out_channels: 6 });
    expect(after.network.nodes[1]?.params).toEqual({});
  });

  it("are taken away at the nodes that set them too", () => {
    const document = stages(node("stage", "block:Stage", { channels: 7 }));
    const after = applyEdits(document, removeParameter(document, "Stage", "channels"));
    expect(after.network.nodes[1]?.params).toEqual({});
  });
});
