/** What the sources say to people: read with TypeScript's own parser, so that no text hides in an odd place. */
import ts from "typescript";

const files = import.meta.glob<string>(
  ["../**/*.{ts,tsx}", "!../**/*.test.{ts,tsx}", "!../test/**", "!../**/testing/**", "!../api/schema.ts"],
  { eager: true, query: "?raw", import: "default" },
);

const kindOf = (path: string) => (path.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);

export interface Source {
  path: string;
  tree: ts.SourceFile;
}

export const SOURCES: readonly Source[] = Object.entries(files).map(([path, text]) => ({
  path: path.replace("../", ""),
  // A type in angle brackets is a tag where a file may have tags.
  tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kindOf(path)),
}));

export function visit(tree: ts.Node, each: (node: ts.Node) => void): void {
  each(tree);
  ts.forEachChild(tree, (child) => visit(child, each));
}

export function place(source: Source, node: ts.Node): string {
  return `${source.path}:${source.tree.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
}

/** Every string of a source, whole. */
export function stringsOf(tree: ts.Node): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push(node.text);
  });
  return found;
}

/** Keys that `t` is asked for as they stand, each of those that a condition chooses between too. */
export function keysOf(tree: ts.Node): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    if (!ts.isCallExpression(node) || node.expression.getText() !== "t") return;
    const [key] = node.arguments;
    if (key !== undefined)
      found.push(
        ...chosen(key)
          .filter(ts.isStringLiteral)
          .map(({ text }) => text),
      );
  });
  return found;
}

/** Keys that are put together, `family.${name}`, as `family.*`; only where something is written before or after. */
export function patternsOf(tree: ts.Node): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    if (!ts.isTemplateExpression(node)) return;
    const text = node.head.text + node.templateSpans.map((span) => `*${span.literal.text}`).join("");
    if (/^\w[\w*:]*(\.[\w*]+)+$/.test(text)) found.push(text);
  });
  return found;
}

/** Texts that a person would read as they stand: between tags, in attributes that are read out, in the words of `notify`. */
export function literalTexts(source: Source): string[] {
  const found: string[] = [];
  visit(source.tree, (node) => {
    if (ts.isJsxText(node) && hasWord(node.text)) found.push(`${place(source, node)} ${node.text.trim()}`);
    if (ts.isJsxAttribute(node) && SPOKEN.has(node.name.getText()) && node.initializer !== undefined) {
      found.push(...wordsIn(source, node.initializer));
    }
    if (ts.isJsxExpression(node) && node.expression !== undefined && !ts.isJsxAttribute(node.parent)) {
      found.push(...wordsIn(source, node.expression));
    }
    if (ts.isCallExpression(node) && TELLING.has(node.expression.getText())) {
      for (const argument of node.arguments) found.push(...wordsIn(source, argument));
    }
  });
  return found;
}

const SPOKEN = new Set([
  "alt",
  "aria-description",
  "aria-label",
  "aria-roledescription",
  "aria-valuetext",
  "description",
  "hint",
  "keys",
  "label",
  "placeholder",
  "reason",
  "title",
]);
const TELLING = new Set(["notifyDone", "notifyError", "notifyUndo", "usePageTitle"]);

/** What an expression may be: itself, or those that it chooses between. */
function chosen(node: ts.Node): ts.Node[] {
  if (ts.isJsxExpression(node)) return node.expression === undefined ? [] : chosen(node.expression);
  if (ts.isParenthesizedExpression(node)) return chosen(node.expression);
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(chosen);
  if (ts.isBinaryExpression(node) && /[|&?]{2}/.test(node.operatorToken.getText())) return chosen(node.right);
  return [node];
}

/** The literals that an expression is, or chooses between. */
function wordsIn(source: Source, expression: ts.Node): string[] {
  return chosen(expression).flatMap((node) => literalIn(source, node));
}

function literalIn(source: Source, node: ts.Node): string[] {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) {
    return hasWord(node.text) ? [`${place(source, node)} ${node.text}`] : [];
  }
  if (ts.isTemplateExpression(node)) {
    const text = [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join("*");
    return hasWord(text) ? [`${place(source, node)} ${text}`] : [];
  }
  return [];
}

function hasWord(text: string): boolean {
  return /[A-Za-z]{2}/.test(text);
}
