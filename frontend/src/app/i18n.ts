import i18next from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGE = "en";

type Catalogue = Record<string, unknown>;

/** One file per namespace: `locales/<language>/<namespace>.json`. A new language is a new folder. */
const files = import.meta.glob<Catalogue>("../locales/en/*.json", { eager: true, import: "default" });

function namespaceOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.json$/, "");
}

const namespaces = Object.fromEntries(Object.entries(files).map(([path, words]) => [namespaceOf(path), words]));

void i18next.use(initReactI18next).init({
  lng: LANGUAGE,
  fallbackLng: LANGUAGE,
  resources: { [LANGUAGE]: namespaces },
  defaultNS: "app",
  interpolation: { escapeValue: false },
  returnNull: false,
});

export { i18next };
