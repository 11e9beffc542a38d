import { describe, expect, test } from "vitest";
import { keysOf, literalTexts, patternsOf, SOURCES, stringsOf } from "./sourceWords";

type Words = ReadonlyMap<string, string>;

const en = load(import.meta.glob<object>("../locales/en/*.json", { eager: true, import: "default" }));
const zh = load(import.meta.glob<object>("../locales/zh/*.json", { eager: true, import: "default" }));

/** Namespace to key to words. */
function load(files: Record<string, object>): ReadonlyMap<string, Words> {
  const entries = Object.entries(files).map(([path, words]): [string, Words] => [
    path.replace(/^.*\/|\.json$/g, ""),
    new Map(flatten(words, "")),
  ]);
  return new Map(entries);
}

function flatten(value: unknown, prefix: string): [string, string][] {
  if (typeof value === "string") return [[prefix, value]];
  return Object.entries(value as object).flatMap(([key, inner]) =>
    flatten(inner, prefix === "" ? key : `${prefix}.${key}`),
  );
}

const PLURALS = /_(zero|one|two|few|many|other)$/;
const withoutPlural = (key: string) => key.replace(PLURALS, "");

/** Every word of a language with its place. */
function* all(language: ReadonlyMap<string, Words>): Generator<{ namespace: string; key: string; words: string }> {
  for (const [namespace, keys] of language) for (const [key, words] of keys) yield { namespace, key, words };
}

function wordsOf(language: ReadonlyMap<string, Words>, namespace: string, key: string): string | undefined {
  return language.get(namespace)?.get(key);
}

const placesIn = (words: string) => [...words.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name ?? "");

// --- the two languages -----------------------------------------------------------------------------------------------

/** What is the same in Chinese: names, and patterns without a word of their own. */
const SAME = new Set([
  "torch.compile",
  "CUDA graphs",
  "PyTorch",
  "PyTorch state_dict",
  "safetensors",
  "ONNX",
  "GoogLeNet",
  "ResNet",
  "VGG",
  "-",
  "x {{times}}",
  "{{label}}",
  "lr {{value}}",
]);

describe("Chinese", () => {
  test("has the keys of English, with Chinese's one form in place of singular and plural", () => {
    const wanted = [...all(en)].map(({ namespace, key }) => `${namespace}:${key.replace(/_one$/, "_other")}`);
    const had = [...all(zh)].map(({ namespace, key }) => `${namespace}:${key}`);
    expect([...new Set(wanted)].filter((key) => !had.includes(key))).toEqual([]);
    expect(had.filter((key) => !wanted.includes(key))).toEqual([]);
  });

  test("puts in what English puts in", () => {
    const differing: string[] = [];
    for (const { namespace, key, words } of all(zh)) {
      const english = wordsOf(en, namespace, key) ?? "";
      const [wanted, had] = [english, words].map((one) => new Set(placesIn(one)));
      if ([...(wanted ?? [])].sort().join() !== [...(had ?? [])].sort().join()) differing.push(`${namespace}:${key}`);
    }
    expect(differing).toEqual([]);
  });

  test("is nowhere empty, and nowhere English", () => {
    const left: string[] = [];
    for (const { namespace, key, words } of all(zh)) {
      const english = wordsOf(en, namespace, key) ?? "";
      const isNamed = SAME.has(english) && words === english;
      const isPattern = !/[A-Za-z]{2}/.test(words.replace(/\{\{.*?\}\}/g, ""));
      if (words.trim() === "" || !(isNamed || /\p{Script=Han}/u.test(words) || isPattern))
        left.push(`${namespace}:${key}`);
      if (words === english && !SAME.has(english)) left.push(`${namespace}:${key}`);
    }
    expect(left).toEqual([]);
  });

  test("is set in Chinese marks", () => {
    const wrong: string[] = [];
    for (const { namespace, key, words } of all(zh)) {
      const english = wordsOf(en, namespace, key) ?? "";
      if (/\p{Script=Han}[,;:?!]|[!！]|[,;:?!]\p{Script=Han}/u.test(words)) wrong.push(`${namespace}:${key}`);
      if (/[^.]\.$/.test(english) !== words.endsWith("。") && !SAME.has(english)) wrong.push(`${namespace}:${key}`);
    }
    expect(wrong).toEqual([]);
  });
});

test("English is nowhere empty", () => {
  expect([...all(en)].filter(({ words }) => words.trim() === "")).toEqual([]);
});

// --- the words and the sources ---------------------------------------------------------------------------------------

/** Keys that are put together where they are used (a task's name may have a space in it). A new one is added here, so that somebody has looked at it. */
const PUT_TOGETHER = new Set<string>([
  "balance.imbalanced.*",
  "balance.of.*",
  "block.*",
  "change.*",
  "classes.each.*",
  "classes.ones.*",
  "classes.titles.*",
  "contrast.*",
  "chapter.*",
  "chart.*",
  "chart.*Across",
  "chart.*Hint",
  "chart.*Up",
  "charts.axes.*",
  "checkpoints.kinds.*",
  "color.*",
  "columns.*",
  "columns.group.*",
  "columns.roles.*",
  "columns.types.*",
  "command.*",
  "command.move*",
  "conflict.*.title",
  "curves.*",
  "data.*",
  "data.*.*",
  "data.splitByHint.*",
  "data.splitWays.*",
  "data.taskHint.*",
  "data.tasks.*",
  "data:state.*",
  "data:task.*",
  "failed.*",
  "family.*",
  "fault.*",
  "fields.*",
  "file.*",
  "form.*",
  "formats.*.about",
  "formats.*.title",
  "formats.*.untrained",
  "frame.*",
  "frozen.*",
  "graph.fault.*",
  "graph.number.*",
  "graph.title.*",
  "graph.way.*",
  "graphs.sample.*",
  "group.*",
  "groups.*",
  "heats.*",
  "history.*",
  "keysDialog.*",
  "kind.*",
  "machine.cudaGraphsChoice.*",
  "measure.*",
  "monitor.*",
  "monitor.*Hint",
  "next.*",
  "note.*",
  "notice.pasteFault.*",
  "origin.*",
  "part.*",
  "phase.*",
  "phaseSentence.*",
  "problem.*",
  "queue.priority.*",
  "rates.end.*",
  "rates.take.*",
  "reason.*",
  "reason.data.*",
  "reasons.*",
  "runs:state.*",
  "saving.*",
  "saving.*Detail",
  "sentence.*",
  "size.*",
  "spread.*",
  "stages.*",
  "stages.*_*",
  "state.*",
  "states.*",
  "steps.*.text",
  "steps.*.title",
  "steps.add.*",
  "steps.preview.*",
  "steps.preview.*Of",
  "suggestion.*",
  "system.*",
  "table.*",
  "tabs.*",
  "task.*",
  "theme.*",
  "timeline.*",
  "weights.*",
]);

const FOUND = SOURCES.flatMap(({ tree }) => patternsOf(tree));
const STRINGS = new Set(SOURCES.flatMap(({ tree }) => stringsOf(tree)));

/** The namespace of a file's `t`, where it has exactly one. */
function namespaceOf(source: string): string | null {
  const found = [...source.matchAll(/useTranslation\((?:"(\w+)")?\)/g)].map((match) => match[1] ?? "app");
  if (/useEditorWords\(\)/.test(source)) found.push("editor");
  return new Set(found).size === 1 ? (found[0] ?? null) : null;
}

describe("the sources", () => {
  test("ask for no key that is not there", () => {
    const missing: string[] = [];
    let asked = 0;
    for (const { path, tree } of SOURCES) {
      const own = namespaceOf(tree.text);
      for (const key of keysOf(tree)) {
        const [namespace, name] = key.includes(":") ? (key.split(":") as [string, string]) : [own, key];
        asked += 1;
        if (namespace === null) continue;
        const known = [...(en.get(namespace)?.keys() ?? [])].map(withoutPlural);
        if (!known.includes(name)) missing.push(`${path}: ${namespace}:${name}`);
      }
    }
    expect(missing).toEqual([]);
    // Else they are no longer found.
    expect(asked).toBeGreaterThan(100);
  });

  test("put together only keys that are known to be", () => {
    const known = (pattern: string) => {
      const shape = new RegExp(`^(\\w+:)?${pattern.replaceAll(".", "\\.").replaceAll("*", "[\\w ]+")}$`);
      return [...all(en)].some(({ namespace, key }) => shape.test(`${namespace}:${withoutPlural(key)}`));
    };
    expect(new Set(FOUND.filter(known))).toEqual(PUT_TOGETHER);
  });

  test("use every key", () => {
    const shapes = [...PUT_TOGETHER].map((one) => one.replaceAll(".", "\\.").replaceAll("*", "[\\w ]+"));
    const together = new RegExp(`^(${shapes.join("|")})$`);
    const unused = [...all(en)].filter(({ namespace, key }) => {
      const name = withoutPlural(key);
      const isWritten = STRINGS.has(name) || STRINGS.has(`${namespace}:${name}`);
      return !isWritten && !together.test(name) && !together.test(`${namespace}:${name}`);
    });
    expect(unused.map(({ namespace, key }) => `${namespace}:${key}`)).toEqual([]);
  });

  test("show no text that is written in them", () => {
    const found = SOURCES.flatMap(literalTexts).filter((text) => !WRITTEN.some((one) => text.endsWith(` ${one}`)));
    expect(found).toEqual([]);
  });
});

/** Names that are the same in every language. */
const WRITTEN: readonly string[] = ["Netwright", "SHA-256 *"];
