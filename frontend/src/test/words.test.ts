import { expect, test } from "vitest";

const words = import.meta.glob<object>("../locales/en/*.json", { eager: true, import: "default" });
const sources = import.meta.glob<string>(["../**/*.{ts,tsx}", "!../**/*.test.{ts,tsx}", "!../test/**"], {
  eager: true,
  query: "?raw",
  import: "default",
});

const PLURALS = /_(zero|one|two|few|many|other)$/;

function flatten(value: unknown, prefix: string): string[] {
  if (typeof value === "string") return [prefix.replace(PLURALS, "")];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    flatten(inner, prefix === "" ? key : `${prefix}.${key}`),
  );
}

const catalogue = new Map(
  Object.entries(words).map(([path, content]) => [path.replace(/^.*\/|\.json$/g, ""), new Set(flatten(content, ""))]),
);

/** The namespace of a file's `t`, where it has exactly one. */
function namespaceOf(source: string): string | null {
  const found = [...source.matchAll(/useTranslation\((?:"(\w+)")?\)/g)].map((match) => match[1] ?? "app");
  return new Set(found).size === 1 ? (found[0] ?? null) : null;
}

test("every key that the page asks for is in the catalogue", () => {
  const missing: string[] = [];
  let asked = 0;
  for (const [path, source] of Object.entries(sources)) {
    const own = namespaceOf(source);
    for (const match of source.matchAll(/\bt\(\s*"([\w.:]+)"/g)) {
      const [, key = ""] = match;
      const [namespace, name] = key.includes(":") ? (key.split(":") as [string, string]) : [own, key];
      asked += 1;
      if (namespace !== null && !catalogue.get(namespace)?.has(name)) missing.push(`${path}: ${namespace}:${name}`);
    }
  }
  expect(missing).toEqual([]);
  // Else the pattern above no longer finds them.
  expect(asked).toBeGreaterThan(100);
});
