import i18next from "i18next";
import { initReactI18next } from "react-i18next";

/** One file per namespace: `locales/<language>/<namespace>.json`. The other languages are loaded by `language.ts`. */
const files = import.meta.glob<object>("../locales/en/*.json", { eager: true, import: "default" });

function namespaceOf(path: string): string {
  return path.replace(/^.*\//, "").replace(/\.json$/, "");
}

const namespaces = Object.fromEntries(Object.entries(files).map(([path, words]) => [namespaceOf(path), words]));

void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: namespaces },
  defaultNS: "app",
  interpolation: { escapeValue: false },
  returnNull: false,
});

export { i18next };
