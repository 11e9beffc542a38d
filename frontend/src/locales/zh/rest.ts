/** The Chinese words of the pages that are not the first one, as one piece: one file per namespace, as in `en`. */
import { byNamespace } from "../namespaces";

export const rest = byNamespace(
  import.meta.glob<object>(["./*.json", "!./{app,ui,networks,tour,architectures,imports,weights,workspace}.json"], {
    eager: true,
    import: "default",
  }),
);
