/** Sends a large file in parts. One that broke off goes on where the server has it. No React here. */

import { api, type DatasetRead, sendFile, type UploadRead, unwrap } from "@/api";
import { crc32 } from "./crc32";

/** Files up to this are sent whole: sending them again is as good as going on. */
export const PART_BYTES = 8 << 20;

export function goesInParts(file: File): boolean {
  return file.size > PART_BYTES;
}

async function crcOf(file: File, end: number, signal: AbortSignal): Promise<number> {
  let crc = 0;
  for (let start = 0; start < end; start += PART_BYTES) {
    signal.throwIfAborted();
    crc = crc32(new Uint8Array(await file.slice(start, Math.min(end, start + PART_BYTES)).arrayBuffer()), crc);
  }
  return crc;
}

function begin(file: File): Promise<UploadRead> {
  const body = { filename: file.name, bytes: file.size, last_modified: file.lastModified };
  return unwrap<UploadRead>(api.POST("/api/uploads", { body }));
}

export function discardUpload(id: string): Promise<unknown> {
  return unwrap(api.DELETE("/api/uploads/{id}", { params: { path: { id } } }));
}

/** The set made of the file. Raises what `sendFile` raises; what has arrived by then stays on the server. */
export async function sendInParts(
  file: File,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<DatasetRead> {
  let upload = await begin(file);
  let crc = await crcOf(file, upload.offset, signal);
  if (crc !== upload.crc32) {
    // Another file with the same name, size and date: what is there is of no use.
    await discardUpload(upload.id);
    upload = await begin(file);
    crc = 0;
  }
  let offset = upload.offset;
  while (offset < file.size) {
    const part = file.slice(offset, offset + PART_BYTES);
    crc = crc32(new Uint8Array(await part.arrayBuffer()), crc);
    const before = offset;
    await sendFile<UploadRead>({
      method: "PATCH",
      path: `/api/uploads/${encodeURIComponent(upload.id)}?offset=${offset}`,
      file: part,
      // The last one per cent is the server's, which reads the file then.
      onProgress: (share) => onProgress(Math.min(0.99, (before + share * part.size) / file.size)),
      signal,
    });
    offset += part.size;
  }
  onProgress(1);
  const path = { id: upload.id };
  return unwrap<DatasetRead>(api.POST("/api/uploads/{id}/finish", { params: { path }, body: { crc32: crc } }));
}
