import { Fragment } from "react";

/** A long name or path goes on in the next line behind a dot or an underscore. */
export function breakable(name: string) {
  return name.split(/(?<=[._])/).map((part, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a part is its place in the name
    <Fragment key={place}>
      {place > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
