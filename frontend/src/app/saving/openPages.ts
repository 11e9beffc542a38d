/** Which page loads are open now, told between tabs by Web Locks.  A browser has them only where the address is safe (https, or this
 * machine); elsewhere no page but one's own is known to be open. */

const PREFIX = "netwright-page:";

/** Says that the page load `writer` is open, until it is left; a page that the browser keeps for "back" counts as left. */
export function announcePage(writer: string): void {
  if (navigator.locks === undefined) return;
  let leave: () => void = () => {};
  function hold(): void {
    void navigator.locks.request(PREFIX + writer, () => new Promise<void>((resolve) => (leave = resolve)));
  }
  hold();
  window.addEventListener("pagehide", () => leave());
  window.addEventListener("pageshow", ({ persisted }) => persisted && hold());
}

/** The page loads that have said so and are open now. */
export async function openPages(): Promise<Set<string>> {
  if (navigator.locks === undefined) return new Set();
  const { held = [] } = await navigator.locks.query();
  return new Set(held.flatMap(({ name }) => (name?.startsWith(PREFIX) === true ? [name.slice(PREFIX.length)] : [])));
}
