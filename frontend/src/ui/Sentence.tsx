import { Fragment } from "react";

/** A sentence of the server, with what stands between backticks (`conv1`) set as a name. */
export function Sentence({ text }: { text: string }) {
  const parts = text.split("`");
  // Without a closing backtick there is nothing between two: the sentence is shown as it is.
  if (parts.length % 2 === 0) return text;
  // One element: beside one another in a button the parts would lose their spaces.
  return (
    <span>
      {parts.map((part, place) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never move
        place % 2 === 1 ? <code key={place}>{part}</code> : <Fragment key={place}>{part}</Fragment>,
      )}
    </span>
  );
}
