/**
 * How the page's script is cut into files. The bundler makes one file of what the same pages have in common, which is a hundred
 * for a first visit, most of a few lines; each is asked for, unpacked and compiled by itself. So the page is built twice: the first
 * time to learn which modules go together, the second time with what the first page needs in one file, and in another what at
 * least three others share.
 */
import { build, type InlineConfig, type Plugin, type Rolldown } from "vite";

/** Larger files stay by themselves: the editor's and the charts' are asked for only where they are drawn. */
const SMALL = 80_000;
/** So many pages and windows must share what goes into the common file. */
const SHARED_BY = 3;

/** Cuts a build of `base`, which is the configuration without this plugin. */
export function parts(base: InlineConfig): Plugin {
  return {
    name: "parts",
    apply: "build",
    async config() {
      const part = await learn(base);
      const group = { name: (module: string) => part.get(module) ?? null, debugName: "parts" };
      // What a module names but does not use would come along.
      const codeSplitting = { groups: [{ ...group, includeDependenciesRecursively: false }] };
      return { build: { rolldownOptions: { output: { codeSplitting } } } };
    },
  };
}

/** For each module that goes into a file of ours, its name. */
async function learn(base: InlineConfig): Promise<Map<string, string>> {
  const trial = { ...base, configFile: false, logLevel: "silent", build: { ...base.build, write: false } } as const;
  const { output } = (await build(trial)) as Rolldown.RolldownOutput;
  return partsOf(output.filter((file) => file.type === "chunk"));
}

type Chunk = Pick<
  Rolldown.OutputChunk,
  "fileName" | "name" | "isEntry" | "isDynamicEntry" | "imports" | "moduleIds" | "code"
>;

/** Of a build that was cut as the bundler cuts it. */
export function partsOf(all: readonly Chunk[]): Map<string, string> {
  // The bundler's own helpers, which every file needs, stay where it puts them.
  const chunks = all.filter(({ moduleIds }) => !moduleIds.every((id) => id.startsWith("\0")));
  const known = new Map(chunks.map((chunk) => [chunk.fileName, chunk]));
  const needs = (chunk: Chunk, found = new Set<Chunk>()): Set<Chunk> => {
    if (found.has(chunk)) return found;
    found.add(chunk);
    for (const file of chunk.imports) {
      const next = known.get(file);
      if (next) needs(next, found);
    }
    return found;
  };
  const first = new Set(chunks.filter(({ isEntry }) => isEntry).flatMap((chunk) => [...needs(chunk)]));
  const users = new Map<Chunk, number>();
  for (const page of chunks.filter(({ isDynamicEntry }) => isDynamicEntry)) {
    for (const chunk of needs(page)) users.set(chunk, (users.get(chunk) ?? 0) + 1);
  }
  const isShared = (chunk: Chunk) => !chunk.isDynamicEntry && (users.get(chunk) ?? 0) >= SHARED_BY;
  const isSmall = (chunk: Chunk) => chunk.code.length < SMALL;
  const candidates = new Set(chunks.filter((chunk) => !first.has(chunk) && isShared(chunk) && isSmall(chunk)));
  // Whoever needs the common file gets all that it needs: nothing large may come in by that.
  const common = [...candidates].filter((chunk) =>
    [...needs(chunk)].every((needed) => first.has(needed) || candidates.has(needed)),
  );
  const named = (group: Iterable<Chunk>, name: string) =>
    [...group].flatMap(({ moduleIds }) => moduleIds.map((id) => [id, name] as const));
  return new Map([...named(first, "first"), ...named(common, "common")]);
}
