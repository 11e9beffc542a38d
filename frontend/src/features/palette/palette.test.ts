import { describe, expect, it } from "vitest";
import { createCatalogue } from "@/document";
import { LAYERS } from "@/document/testing/catalogue";
import { fuzzyScore } from "@/ui";
import { beginningOf, paletteItems, searchPalette } from "./items";

const CHINESE: Record<string, string> = { convolution: "卷积", merge: "合并" };
const items = paletteItems(
  createCatalogue(LAYERS),
  { Stage: { parameters: {}, nodes: [], edges: [] } },
  (family) => CHINESE[family] ?? family,
);
const names = (query: string) => searchPalette(items, query).flatMap((group) => group.items.map(({ name }) => name));

describe("the palette", () => {
  it("shows everything by family where nothing is asked, blocks of the document last", () => {
    expect(searchPalette(items, "").map(({ family }) => family)).toEqual([
      "io",
      "convolution",
      "linear",
      "activation",
      "merge",
      "shape",
      "block",
    ]);
    expect(names("")).toHaveLength(LAYERS.length + 1);
  });

  it("begins with as many items as are asked for, by family", () => {
    const groups = searchPalette(items, "");
    const inOrder = groups.flatMap((group) => group.items);
    const first = (groups[0]?.items.length ?? 0) + 1;
    const beginning = beginningOf(groups, first);
    expect(beginning.map(({ family }) => family)).toEqual(["io", "convolution"]);
    expect(beginning.flatMap((group) => group.items)).toEqual(inOrder.slice(0, first));
    expect(beginningOf(groups, 1000)).toEqual(groups);
  });

  it.each([
    ["dense", "Dense"],
    ["f2", "Filter2d"],
    ["  BEND ", "Bend"],
    ["stage", "Stage"],
  ])("finds by %o", (query, name) => {
    expect(names(query)[0]).toBe(name);
  });

  it("finds a family by its name and a layer by its description", () => {
    expect(names("merg")).toEqual(["Sum", "Pair"]);
    expect(names("what split does")).toEqual(["Split"]);
  });

  it("finds a layer by another name, and by words of it in any order", () => {
    expect(names("dense by another")).toEqual(["Dense"]);
    expect(names("another bend name")).toEqual(["Bend"]);
    expect(names("filter conv")).toEqual(["Filter2d"]);
  });

  it("puts a name before another name, and both before scattered letters", () => {
    const item = (name: string, aliases: string[] = []) => ({
      ...{ type: name, name, family: "pooling", familyName: "", aliases, summary: "", shape: "" },
    });
    const pools = [
      item("GroupAllPixels"),
      item("Wide", ["gap filler"]),
      item("Narrow", ["gap"]),
      item("Gap"),
      item("Gxaxp"),
    ];
    const found = searchPalette(pools, "gap").flatMap((group) => group.items.map(({ name }) => name));
    expect(found).toEqual(["Gap", "Narrow", "Wide", "GroupAllPixels", "Gxaxp"]);
  });

  it("puts a whole other name before a name that holds it somewhere within", () => {
    const item = (name: string, aliases: string[] = []) => ({
      ...{ type: name, name, family: "activation", familyName: "", aliases, summary: "", shape: "" },
    });
    const found = searchPalette([item("Hardswish"), item("SiLU", ["swish"])], "swish");
    expect(found[0]?.items.map(({ name }) => name)).toEqual(["SiLU", "Hardswish"]);
  });

  it("finds words within a Chinese description", () => {
    const item = {
      ...{
        type: "Transpose",
        name: "Transpose",
        family: "shape",
        familyName: "",
        aliases: [],
        summary: "交换每个样本的两个轴。",
        shape: "",
      },
    };
    expect(searchPalette([item], "两个轴")).toHaveLength(1);
    expect(searchPalette([item], "卷积")).toHaveLength(0);
  });

  it("finds a family by its name in the page's language, and a layer by one Chinese character", () => {
    expect(names("卷积")).toEqual(names("convolution"));
    expect(names("合")).toEqual(["Sum", "Pair"]);
    const [first] = items;
    if (first === undefined) throw new Error("there are no layers");
    const documented = [{ ...first, summary: "取每个窗口的最大值。" }, ...items.slice(1)];
    expect(searchPalette(documented, "窗口").flatMap((group) => group.items)).toEqual([documented[0]]);
  });

  it("finds nothing where letters are missing or out of order", () => {
    expect(names("zzz")).toEqual([]);
    expect(fuzzyScore("ba", "Abc")).toBeNull();
  });

  it("counts the beginning of words more than letters within", () => {
    expect(fuzzyScore("conv", "Conv2d")).toBeGreaterThan(fuzzyScore("conv", "Deconvolution") ?? 0);
  });
});
