/** The types that were added last, the newest first. Kept in this browser. */

const KEY = "netwright-recent-layers";
const MOST = 8;

export function recentTypes(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(stored) ? stored.filter((type) => typeof type === "string") : [];
  } catch (error) {
    // What another program wrote there, or a browser that keeps nothing: then nothing is recent.
    if (error instanceof SyntaxError || error instanceof DOMException) return [];
    throw error;
  }
}

export function noteRecent(type: string): void {
  const types = [type, ...recentTypes().filter((other) => other !== type)].slice(0, MOST);
  try {
    localStorage.setItem(KEY, JSON.stringify(types));
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
  }
}
