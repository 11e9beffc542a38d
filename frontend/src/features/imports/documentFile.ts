import type { Document } from "@/api";

/** Larger files are refused before they are read; the server's own limit is lower than this. */
const MAX_FILE_MIB = 20;

/** A file that is not a document: `reason` is the key of the sentence that says why, in the words of imports. */
export class DocumentFileError extends Error {
  override readonly name = "DocumentFileError";

  constructor(
    readonly reason: "tooLarge" | "notJson" | "notADocument",
    readonly values: Record<string, string> = {},
  ) {
    super(reason);
  }
}

/** Whether the file is read here as a Netwright document; what any other is, the server finds out from its bytes. */
export function isDocumentFile(file: File): boolean {
  return file.type === "application/json" || file.name.toLowerCase().endsWith(".json");
}

/**
 * Reads a file as a document. Only the outermost form is looked at here: what is inside is checked by the server, which
 * answers with the place and the reason.
 */
export async function readDocumentFile(file: File): Promise<Document> {
  if (file.size > MAX_FILE_MIB * 1024 * 1024) throw new DocumentFileError("tooLarge", { limit: `${MAX_FILE_MIB} MiB` });
  let content: unknown;
  try {
    content = JSON.parse(await file.text());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DocumentFileError("notJson", { detail: error.message });
  }
  if (typeof content !== "object" || content === null || !("format" in content)) {
    throw new DocumentFileError("notADocument");
  }
  return content as Document;
}
