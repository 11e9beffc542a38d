import { describe, expect, it } from "vitest";
import { readDropped } from "./dropped";

type Item = Pick<DataTransferItem, "kind" | "getAsFile" | "webkitGetAsEntry">;

function dropped(file: File, isDirectory: boolean | null): Item {
  const entry = isDirectory === null ? null : ({ isDirectory, name: file.name } as FileSystemEntry);
  return { kind: "file", getAsFile: () => file, webkitGetAsEntry: () => entry };
}

function transfer(items: Item[], files: File[]) {
  return { items: items as unknown as DataTransferItemList, files: files as unknown as FileList };
}

describe("what is dropped", () => {
  const table = new File(["a,b"], "table.csv");

  it("is files, and folders by their names", () => {
    const folder = new File([], "pets");
    const text: Item = { kind: "string", getAsFile: () => null, webkitGetAsEntry: () => null };
    const read = readDropped(transfer([dropped(table, false), dropped(folder, true), text], [table, folder]));
    expect(read).toEqual({ files: [table], folders: ["pets"] });
  });

  it("is a file where the browser knows no entry of it", () => {
    expect(readDropped(transfer([dropped(table, null)], [table]))).toEqual({ files: [table], folders: [] });
  });

  it("is the list of files where there are no items", () => {
    expect(readDropped(transfer([], [table])).files).toEqual([table]);
  });
});
