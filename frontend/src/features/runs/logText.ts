/** `text` cut where it holds `wanted`, whose case does not count: every second piece is a hit. One piece where it holds none. */
export function piecesOf(text: string, wanted: string): string[] {
  if (wanted === "") return [text];
  return text.split(new RegExp(`(${wanted.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")})`, "iu"));
}
