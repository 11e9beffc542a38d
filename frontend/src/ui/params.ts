/** A copy of an address's parameters with some set; what is null or empty is taken out. */
export function withParams(before: URLSearchParams, changes: Readonly<Record<string, string | null>>): URLSearchParams {
  const after = new URLSearchParams(before);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") after.delete(name);
    else after.set(name, value);
  }
  return after;
}
