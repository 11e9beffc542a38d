/**
 * The language of the page: what was chosen here before, else the first language of the browser that the page speaks,
 * else English. `<html lang>` says it to the browser (fonts, hyphens, screen readers) and to `api/client` (`Accept-Language`).
 */

import i18next from "i18next";
import { loadPart } from "@/api";
import { keep, readKept } from "@/ui/kept";
import type { Catalogue } from "../locales/namespaces";

export const LANGUAGES = ["en", "zh"] as const;
export type Language = (typeof LANGUAGES)[number];

/** What `<html lang>` and the server are told. */
const TAGS: Record<Language, string> = { en: "en", zh: "zh-Hans" };

/** What each language calls itself; never translated, so that a person finds the way out of one that he cannot read. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: "English", zh: "简体中文" };

const LANGUAGE_KEY = "netwright-language";

type Loader = () => Promise<Catalogue>;

/** What the first page says. English comes with the page (`i18n.ts`): it stands in for what another language lacks. */
const firsts: Record<Exclude<Language, "en">, Loader> = {
  zh: async () => (await import("../locales/zh/first")).first,
};

/** What the other pages say; they ask for it with `loadAllWords`. */
const rests: Record<Language, Loader> = {
  en: async () => (await import("../locales/en/rest")).rest,
  zh: async () => (await import("../locales/zh/rest")).rest,
};

let areAllWanted = false;

function isLanguage(word: string | null | undefined): word is Language {
  return LANGUAGES.some((language) => language === word);
}

function storedLanguage(): Language | null {
  const stored = readKept(LANGUAGE_KEY);
  return isLanguage(stored) ? stored : null;
}

/** The first of the browser's languages that the page speaks: `zh-CN` and `zh-TW` are `zh`, `en-GB` is `en`. */
export function systemLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0] ?? "";
    if (isLanguage(language)) return language;
  }
  return "en";
}

async function add(language: Language, load: Loader): Promise<void> {
  for (const [name, words] of Object.entries(await load())) i18next.addResourceBundle(language, name, words);
}

async function addRests(language: Language): Promise<void> {
  await Promise.all([...new Set<Language>(["en", language])].map((one) => add(one, () => loadPart(rests[one]))));
}

/** Before a page other than the first one is shown: its words are there when it is. */
export async function loadAllWords(): Promise<void> {
  areAllWanted = true;
  await addRests(isLanguage(i18next.language) ? i18next.language : "en");
}

async function speak(language: Language): Promise<void> {
  if (language !== "en") await add(language, firsts[language]);
  if (areAllWanted) await addRests(language);
  document.documentElement.lang = TAGS[language];
  await i18next.changeLanguage(language);
}

/** Before the first paint: the words are there when the page is, so it never shows two languages one after the other. */
export async function startLanguage(): Promise<void> {
  try {
    await speak(storedLanguage() ?? systemLanguage(navigator.languages));
  } catch (error) {
    // The words could not be fetched: a page in English is better than none.
    console.warn("The words of the chosen language could not be loaded:", error);
    await speak("en");
  }
}

/** Changes the language of the page that stands, and of the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  await speak(language);
  keep(LANGUAGE_KEY, language);
}
