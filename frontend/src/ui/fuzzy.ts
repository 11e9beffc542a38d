/** Finds things by a few of their letters. */

/**
 * How well `query` fits `text`: every letter of the query must come in order; letters at the start, after each other and at
 * the beginning of a word (a capital, a digit) count more. Null where it does not fit; higher is better.
 */
export function fuzzyScore(query: string, text: string): number | null {
  const wanted = query.toLowerCase().replace(/\s+/g, "");
  const lower = text.toLowerCase();
  if (wanted === "") return 0;
  const whole = lower.indexOf(wanted);
  if (whole >= 0) return 1000 - whole * 10 - text.length;
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const found = lower.indexOf(letter, at + 1);
    if (found < 0) return null;
    const follows = found === at + 1;
    score += follows ? 6 : isWordStart(text, found) ? 5 : -(found - at);
    at = found;
  }
  return score - text.length;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || /[A-Z0-9]/.test(text[at] ?? "") || /[\s_-]/.test(text[at - 1] ?? "");
}
