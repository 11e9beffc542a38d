/** The language that the page is in: what `<html lang>` says. The server is asked for its sentences in it. */
export function pageLanguage(): string {
  return document.documentElement.lang || "en";
}
