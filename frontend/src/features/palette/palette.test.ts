import { describe, expect, it } from "vitest";
import { createCatalogue } from "@/document";
import { LAYERS } from "@/document/testing/catalogue";
import { fuzzyScore } from "./fuzzy";
import { paletteItems, searchPalette } from "./items";

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
