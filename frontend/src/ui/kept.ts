/** What a person chose, kept in this browser.  A browser that keeps nothing is as at the first visit, and a choice then holds for
 * this visit alone. */

export function readKept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return null;
  }
}

/** `null` forgets it. */
export function keep(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}

/** What is kept as JSON; null where another program wrote something else there. */
export function readKeptJson(key: string): unknown {
  try {
    return JSON.parse(readKept(key) ?? "null");
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}
