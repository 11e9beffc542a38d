import { keep, readKeptJson } from "./kept";

/** What was used last, the newest first. Kept in this browser. */
export interface Recent {
  list(): string[];
  note(id: string): void;
}

export function createRecent(key: string, most: number): Recent {
  function list(): string[] {
    const stored = readKeptJson(key);
    return Array.isArray(stored) ? stored.filter((id) => typeof id === "string") : [];
  }
  function note(id: string): void {
    const ids = [id, ...list().filter((other) => other !== id)].slice(0, most);
    keep(key, JSON.stringify(ids));
  }
  return { list, note };
}
