import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { byNamespace } from "../locales/namespaces";

/**
 * One file per namespace: `locales/<language>/<namespace>.json`. English of the first page comes with it; the rest and the
 * other languages are loaded by `language.ts`.
 */
const first = import.meta.glob<object>(
  "../locales/en/{app,ui,networks,tour,architectures,imports,weights,workspace}.json",
  {
    eager: true,
    import: "default",
  },
);

void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: byNamespace(first) },
  defaultNS: "app",
  interpolation: { escapeValue: false },
  returnNull: false,
});

export { i18next };
