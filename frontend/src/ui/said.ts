import { useTranslation } from "react-i18next";

/** Texts of the server in one language of the page; English where the language lacks one. */
export function saidIn<T>(texts: { readonly [language: string]: T }, language: string): T | undefined {
  return texts[language] ?? texts[language.replace(/-.*$/, "")] ?? texts.en;
}

/** Takes out of the server's texts those in the page's language. */
export function useSaid(): <T>(texts: { readonly [language: string]: T }) => T | undefined {
  const { i18n } = useTranslation();
  return (texts) => saidIn(texts, i18n.language);
}
