/** The Chinese words that the first page needs, as one piece: one file per namespace, as in `en`. */
import { byNamespace } from "../namespaces";

export const first = byNamespace(
  import.meta.glob<object>("./{app,ui,networks,tour,architectures,imports,weights,workspace}.json", {
    eager: true,
    import: "default",
  }),
);
