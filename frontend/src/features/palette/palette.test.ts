import { describe, expect, it } from "vitest";
import { createCatalogue } from "@/document";
import { LAYERS } from "@/document/testing/catalogue";
import { fuzzyScore } from "./fuzzy";
import { paletteItems, searchPalette } from "./items";

const items = paletteItems(createCatalogue(LAYERS), { Stage: { parameters: {}, nodes: [], edges: [] } });
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
      ...{ type: name, name, family: "pooling", aliases, summary: "", shape: "" },
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
      ...{ type: name, name, family: "activation", aliases, summary: "", shape: "" },
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
        aliases: [],
        summary: "交换每个样本的两个轴。",
        shape: "",
      },
    };
    expect(searchPalette([item], "两个轴")).toHaveLength(1);
    expect(searchPalette([item], "卷积")).toHaveLength(0);
  });

  it("finds nothing where letters are missing or out of order", () => {
    expect(names("zzz")).toEqual([]);
    expect(fuzzyScore("ba", "Abc")).toBeNull();
  });

  it("counts the beginning of words more than letters within", () => {
    expect(fuzzyScore("conv", "Conv2d")).toBeGreaterThan(fuzzyScore("conv", "Deconvolution") ?? 0);
  });
});
