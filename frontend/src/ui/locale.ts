import i18next from "i18next";

const LOCALES: Record<string, string> = { en: "en-US", zh: "zh-CN" };

/** What `Intl` is told: how numbers and dates are written in the language of the page. */
export function locale(): string {
  return LOCALES[i18next.language] ?? "en-US";
}
