import { api, type NetworkRead, unwrap } from "@/api";

/** Saves that are on their way, by network: who opens one again waits for them. */
const saves = new Map<string, Promise<unknown>>();

/** What was asked before the click, of the network that a person is about to open. */
let ahead: { id: string; answer: Promise<NetworkRead>; asked: number } | null = null;

/** So long an answer is as good as one that is asked for now: nothing was saved from here meanwhile. */
const FRESH_MS = 3000;

/** A pointer that only passes over a link does not stay as long on it. */
const STAY_MS = 60;

const NETWORK = /^\/networks\/([^/?#]+)(?:[?#]|$)/;

/** Remembers that a save of a network is on its way, until it has ended in some way. */
export function rememberSave(id: string, saving: Promise<unknown>): void {
  const ended: Promise<unknown> = saving
    .catch(() => undefined)
    .finally(() => {
      if (saves.get(id) === ended) saves.delete(id);
    });
  saves.set(id, ended);
  if (ahead?.id === id) ahead = null;
}

/** Resolves when no save of this network is on its way. */
export async function untilSaved(id: string): Promise<void> {
  await saves.get(id);
}

/** A network as it is on the server at this moment. */
export function fetchNetwork(id: string): Promise<NetworkRead> {
  return unwrap<NetworkRead>(api.GET("/api/networks/{id}", { params: { path: { id } } }));
}

async function ask(id: string): Promise<NetworkRead> {
  // Whoever goes away and comes back at once finds what was saved on the way out.
  await untilSaved(id);
  return fetchNetwork(id);
}

function isAhead(id: string): boolean {
  return ahead?.id === id && performance.now() - ahead.asked < FRESH_MS;
}

/** A network as it is on the server, with the saves of this page in it. */
export async function readNetwork(id: string): Promise<NetworkRead> {
  const answer = isAhead(id) ? ahead?.answer : undefined;
  ahead = null;
  // What failed ahead is asked again, so that the click gets an answer of its own.
  return answer?.catch(() => ask(id)) ?? ask(id);
}

function readAhead(id: string): void {
  if (isAhead(id)) return;
  const answer = ask(id);
  answer.catch(() => undefined);
  ahead = { id, answer, asked: performance.now() };
}

function networkOf(target: EventTarget | null): string | null {
  const link = target instanceof Element ? target.closest("a[href]") : null;
  const id = NETWORK.exec(link?.getAttribute("href") ?? "")?.[1];
  return id === undefined || id === "deleted" ? null : id;
}

/**
 * Asks for a network once a person is about to open it: when the pointer or the focus stays on a link to it, or the pointer
 * goes down there. The click comes a tenth of a second later, and most of what it waits for is there.
 */
export function readAheadOfLinks(): () => void {
  let waiting = 0;
  function arrive({ target, type }: Event) {
    clearTimeout(waiting);
    const id = networkOf(target);
    // Whoever is elsewhere may be changing what was read.
    if (id !== ahead?.id) ahead = null;
    if (id === null) return;
    if (type === "pointerdown") readAhead(id);
    else waiting = window.setTimeout(() => readAhead(id), STAY_MS);
  }
  const kinds = ["pointerover", "pointerdown", "focusin"] as const;
  for (const kind of kinds) document.addEventListener(kind, arrive, { passive: true });
  return () => {
    clearTimeout(waiting);
    for (const kind of kinds) document.removeEventListener(kind, arrive);
  };
}
