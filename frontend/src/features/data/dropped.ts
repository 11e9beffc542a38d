/** What was dropped on the page: files, and the names of folders, which a browser gives as files that cannot be read. */

export interface Dropped {
  files: File[];
  folders: string[];
}

export function readDropped(transfer: Pick<DataTransfer, "items" | "files">): Dropped {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  if (items.length === 0) return { files: [...transfer.files], folders: [] };
  const dropped: Dropped = { files: [], folders: [] };
  for (const item of items) {
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) dropped.folders.push(entry.name);
    else if (file !== null) dropped.files.push(file);
  }
  return dropped;
}
