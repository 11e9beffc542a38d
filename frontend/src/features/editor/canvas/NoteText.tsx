import Markdown, { type Components } from "react-markdown";

/** A link leaves the editor open. */
const COMPONENTS: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noreferrer" className="nopan">
      {children}
    </a>
  ),
};
/** Pictures would be asked from elsewhere. */
const LEFT_OUT = ["img"];

/** Markdown as elements; HTML in it is shown as what was written, and only harmless addresses become links. */
export default function NoteText({ text }: { text: string }) {
  return (
    <Markdown components={COMPONENTS} disallowedElements={LEFT_OUT} unwrapDisallowed>
      {text}
    </Markdown>
  );
}
