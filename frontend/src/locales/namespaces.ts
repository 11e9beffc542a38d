/** Namespace to words, of one language or a part of one. */
export type Catalogue = Record<string, object>;

/** A file `<namespace>.json` is the namespace of its name. */
export function byNamespace(files: Record<string, object>): Catalogue {
  return Object.fromEntries(Object.entries(files).map(([path, words]) => [path.replace(/^.*\/|\.json$/g, ""), words]));
}
