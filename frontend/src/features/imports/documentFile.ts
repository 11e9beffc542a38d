import type { Document } from "@/api";

/** Larger files are refused before they are read; the server's own limit is lower than this. */
const MAX_FILE_BYTES = 20 * 1024 * 1024;

/** A file that is not a document; the message says why and what would be one. */
export class DocumentFileError extends Error {
  override readonly name = "DocumentFileError";
}

/**
 * Reads a file as a document. Only the outermost form is looked at here: what is inside is checked by the server, which
 * answers with the place and the reason.
 */
export async function readDocumentFile(file: File): Promise<Document> {
  if (file.size > MAX_FILE_BYTES) {
    throw new DocumentFileError(
      `"${file.name}" is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB, so it is not read.`,
    );
  }
  let content: unknown;
  try {
    content = JSON.parse(await file.text());
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new DocumentFileError(`"${file.name}" is not JSON: ${error.message}.`);
  }
  if (typeof content !== "object" || content === null || !("format" in content)) {
    throw new DocumentFileError(
      `"${file.name}" is JSON but not a Netwright document: it has no "format". Export one from the list of networks to compare.`,
    );
  }
  return content as Document;
}
