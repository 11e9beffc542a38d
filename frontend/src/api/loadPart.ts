import { connection, isServerUp, whenAnswering } from "./connection";

/** Style sheets that did not arrive. The bundler counts each one as loaded from its first request on, so they are asked for again here. */
const missing = new Set<HTMLLinkElement>();

window.addEventListener(
  "error",
  ({ target }) => {
    if (target instanceof HTMLLinkElement && target.rel === "stylesheet") missing.add(target);
  },
  // A resource's error does not bubble.
  { capture: true },
);

async function loadStyles(): Promise<void> {
  const sheets = [...missing].map(
    (old) =>
      new Promise<void>((resolve) => {
        missing.delete(old);
        const again = old.cloneNode() as HTMLLinkElement;
        // One that fails again is in `missing` again, by the listener above.
        again.onload = again.onerror = () => resolve();
        old.replaceWith(again);
      }),
  );
  await Promise.all(sheets);
}

/**
 * Loads a part of the page's own code. Where the server does not answer, the part comes when it is back, and whoever
 * waits for it waits: a page that stands keeps standing.
 *
 * @throws what the load threw, where the server answers twice and the part does not come: a newer version of the page
 *   was installed meanwhile.
 */
export async function loadPart<T>(load: () => Promise<T>): Promise<T> {
  let wasUp = false;
  for (;;) {
    try {
      return await load();
    } catch (error) {
      const isUp = await isServerUp();
      // A server killed and started again can be up by now: only what fails beside a server that stands is a failure.
      if (isUp && wasUp) throw error;
      wasUp = isUp;
      if (!isUp) {
        connection.lost();
        await whenAnswering();
      }
      await loadStyles();
    }
  }
}
