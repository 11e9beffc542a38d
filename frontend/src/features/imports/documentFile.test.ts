import { describe, expect, test } from "vitest";
import { writeDocument } from "@/document";
import { readDocumentFile } from "./documentFile";

describe("document files", () => {
  const document = { format: 1 as const, name: "One" };

  test("what is exported can be imported", async () => {
    const file = new File([writeDocument(document)], "one.json");
    expect(await readDocumentFile(file)).toEqual(document);
  });

  test.each([
    ["cut off", writeDocument(document).slice(0, 9), "notJson"],
    ["other JSON", '{"a": 1}', "notADocument"],
    ["larger than is read", " ".repeat(21 * 1024 * 1024), "tooLarge"],
  ])("%s is refused with the reason", async (_, text, reason) => {
    await expect(readDocumentFile(new File([text], "file.json"))).rejects.toMatchObject({ reason });
  });
});
