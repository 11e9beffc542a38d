import i18next, { type i18n } from "i18next";
import { initReactI18next, setI18n } from "react-i18next";
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

// `useTranslation` copies every property of what it is given, in each component that comes: an object that has none of its own
// and asks i18next for all of them makes that a third of the work.
setI18n(Object.create(i18next) as i18n);

export { i18next };
