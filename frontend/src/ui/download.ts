/** Gives a person a file that was made in the page. */
export function downloadText(filename: string, text: string, type = "text/plain"): void {
  downloadBlob(filename, new Blob([text], { type }));
}

/** The same for bytes. */
export function downloadBlob(filename: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = filename;
  link.click();
  // The browser has taken the blob when the click returns to the event loop.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}

/** Has the browser fetch a file of the server's; it takes the name that the answer gives. */
export function downloadUrl(url: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = "";
  link.click();
}

/** Control characters, and what one or the other file system refuses. */
const FORBIDDEN = /[\p{Cc}\\/:*?"<>|]+/gu;
const LONGEST_STEM = 100;

/** A name that every file system takes, close to what the person wrote. */
export function toFilename(name: string, extension: string): string {
  const stem = name
    .replace(FORBIDDEN, " ")
    .trim()
    .slice(0, LONGEST_STEM)
    .replace(/[. ]+$/, "");
  return `${stem === "" ? "untitled" : stem}.${extension}`;
}
