/** All of the Chinese words as one piece that is loaded when they are wanted: one file per namespace, as in `en`. */
const files = import.meta.glob<object>("./*.json", { eager: true, import: "default" });

export const catalogue: Record<string, object> = Object.fromEntries(
  Object.entries(files).map(([path, words]) => [path.replace(/^.*\/|\.json$/g, ""), words]),
);
