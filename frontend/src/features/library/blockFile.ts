/** A block of the library as a file: JSON that says what it is. */
import type { BlockBundle, LibraryBlockRead } from "@/api";

/** Larger files are refused before they are read; the server's own limit is lower than this. */
const MAX_FILE_BYTES = 20 * 1024 * 1024;

/** A file that is no block; `reason` is a key of the `library` catalogue. */
export class BlockFileError extends Error {
  override readonly name = "BlockFileError";

  constructor(
    readonly reason: "tooLarge" | "notJson" | "notABlock",
    readonly detail: string,
  ) {
    super(reason);
  }
}

export interface BlockFile {
  definition: BlockBundle;
  description: string;
}

/** What is written when a block is exported; the same bytes for the same block. */
export function writeBlockFile({ definition, description }: LibraryBlockRead): string {
  return `${JSON.stringify({ netwright_block: 1, description, definition }, null, 2)}\n`;
}

/** Only the outermost form is looked at here: the server checks what is inside and answers with the place and the reason. */
export function readBlockText(text: string): BlockFile {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BlockFileError("notJson", error.message);
  }
  if (!isRecord(content) || content.netwright_block !== 1 || !isRecord(content.definition)) {
    throw new BlockFileError("notABlock", "");
  }
  const { definition, description } = content;
  return {
    definition: definition as unknown as BlockBundle,
    description: typeof description === "string" ? description : "",
  };
}

export async function readBlockFile(file: File): Promise<BlockFile> {
  if (file.size > MAX_FILE_BYTES) throw new BlockFileError("tooLarge", `${MAX_FILE_BYTES / 1024 / 1024} MiB`);
  return readBlockText(await file.text());
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
