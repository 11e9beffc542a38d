/** Python in coloured pieces: enough for the modules that Netwright prints, in one pass and without a library. */
export type TokenKind = "plain" | "comment" | "string" | "number" | "keyword" | "name";

export interface Token {
  kind: TokenKind;
  text: string;
}

const KEYWORDS = new Set(
  (
    "False None True and as assert async await break class continue def del elif else except finally for from global if " +
    "import in is lambda nonlocal not or pass raise return self super try while with yield"
  ).split(" "),
);

/** In this order: what begins earlier in the list wins at the same place. */
const PATTERN = new RegExp(
  [
    String.raw`(?<comment>#[^\n]*)`,
    String.raw`(?<string>[rbfRBF]{0,2}(?:"""[\s\S]*?(?:"""|$)|'''[\s\S]*?(?:'''|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?))`,
    String.raw`(?<number>\b\d[\d_]*(?:\.[\d_]*)?(?:[eE][+-]?\d+)?\b)`,
    String.raw`(?<word>[^\W\d]\w*)`,
  ].join("|"),
  "gu",
);

/** The tokens of `source`; put together they are `source` again. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  let previous = "";
  for (const match of source.matchAll(PATTERN)) {
    if (match.index > end) tokens.push({ kind: "plain", text: source.slice(end, match.index) });
    const text = match[0];
    tokens.push({ kind: kindOf(match.groups ?? {}, text, previous), text });
    end = match.index + text.length;
    previous = text;
  }
  if (end < source.length) tokens.push({ kind: "plain", text: source.slice(end) });
  return tokens;
}

function kindOf(groups: Record<string, string | undefined>, text: string, previous: string): TokenKind {
  if (groups.comment !== undefined) return "comment";
  if (groups.string !== undefined) return "string";
  if (groups.number !== undefined) return "number";
  if (KEYWORDS.has(text)) return "keyword";
  return previous === "class" || previous === "def" ? "name" : "plain";
}
