/** What was used last, the newest first. Kept in this browser. */
export interface Recent {
  list(): string[];
  note(id: string): void;
}

export function createRecent(key: string, most: number): Recent {
  function list(): string[] {
    try {
      const stored: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
      return Array.isArray(stored) ? stored.filter((id) => typeof id === "string") : [];
    } catch (error) {
      // What another program wrote there, or a browser that keeps nothing: then nothing is recent.
      if (error instanceof SyntaxError || error instanceof DOMException) return [];
      throw error;
    }
  }
  function note(id: string): void {
    const ids = [id, ...list().filter((other) => other !== id)].slice(0, most);
    try {
      localStorage.setItem(key, JSON.stringify(ids));
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
  return { list, note };
}
