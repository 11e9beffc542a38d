/** A nested config as lines: `data.split.seed` and its value. Empty parts say nothing and are left out. */
export function flattenConfig(part: object, prefix = ""): [string, unknown][] {
  return Object.entries(part).flatMap(([name, value]): [string, unknown][] => {
    const path = prefix + name;
    if (typeof value !== "object" || value === null) return [[path, value]];
    const isPlainList = Array.isArray(value) && value.every((item) => typeof item !== "object");
    return isPlainList ? [[path, value]] : flattenConfig(value, `${path}.`);
  });
}
