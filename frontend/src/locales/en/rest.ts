/** The English words of the pages that are not the first one (see `app/i18n.ts`), as one piece. */
import { byNamespace } from "../namespaces";

export const rest = byNamespace(
  import.meta.glob<object>(["./*.json", "!./{app,ui,networks,tour,architectures,imports,weights,workspace}.json"], {
    eager: true,
    import: "default",
  }),
);
