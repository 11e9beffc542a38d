import { describe, expect, it } from "vitest";
import { formatDatum } from "@/ui";
import { type Column, roleProblem, withRole, withType } from "./columnOptions";
import { importPath, uploadPath } from "./upload";

function column(name: string, role: Column["role"] = "feature"): Column {
  return { name, role, type: "number", num_missing: 0, num_distinct: 3, strategy: "", fill_value: "" };
}

describe("corrections of columns", () => {
  it("adds a type to what is corrected already", () => {
    const options = { standardize: true, columns: { age: { role: "ignored" } } };
    expect(withType(options, column("age"), "category")).toEqual({
      standardize: true,
      columns: { age: { role: "ignored", type: "category" } },
    });
    expect(options.columns.age).toEqual({ role: "ignored" });
  });

  it("names the target in its own option and forgets the role that the column had", () => {
    const options = { columns: { a: { role: "ignored", type: "number" }, b: { role: "ignored" } } };
    expect(withRole(options, column("a"), "target")).toEqual({
      target: "a",
      columns: { a: { type: "number" }, b: { role: "ignored" } },
    });
    expect(withRole(options, column("b"), "target")).toEqual({ target: "b", columns: { a: options.columns.a } });
  });

  it("joins the number that was the target to one that is predicted beside it, and takes that back", () => {
    const options = { target: "a", columns: { c: { role: "label" } } };
    const joined = withRole(options, column("b"), "value", [column("a", "target"), column("b"), column("c", "label")]);
    expect(joined).toEqual({ columns: { a: { role: "value" }, b: { role: "value" }, c: {} } });
    expect(withRole(joined, column("a", "value"), "target")).toEqual({ target: "a", columns: { c: {} } });
    expect(withRole(joined, column("c"), "label").columns).toEqual({ a: {}, b: {}, c: { role: "label" } });
    const word: Column = { ...column("a", "target"), type: "category" };
    expect(withRole({ target: "a" }, column("b"), "value", [word])).toEqual({ columns: { b: { role: "value" } } });
    expect(roleProblem(column("a", "target"), "value")).toBeNull();
  });

  it("does not leave a set without a target", () => {
    expect(roleProblem(column("a", "target"), "feature")).toBe("columns.needsTarget");
    expect(roleProblem(column("a", "target"), "target")).toBeNull();
    expect(roleProblem(column("a"), "ignored")).toBeNull();
  });
});

describe("addresses of files", () => {
  it("keep names with spaces, slashes and other letters whole", () => {
    expect(uploadPath("my data & more.csv")).toBe("/api/datasets?filename=my+data+%26+more.csv");
    expect(importPath("mnist", "a/b ü.gz")).toBe("/api/datasets/mnist/files/a%2Fb%20%C3%BC.gz");
  });
});

describe("formatDatum", () => {
  it.each([
    [4.3, "4.3"],
    [0, "0"],
    [80, "80"],
    [512.3292, "512.3"],
    [1234567, "1,235,000"],
    [0.00001, "1e-5"],
    [-2.5, "-2.5"],
  ])("writes %d as %s", (value, text) => {
    expect(formatDatum(value)).toBe(text);
  });
});
