/**
 * Whether the server answers, known from the requests themselves. When one gets no answer the server is asked for its
 * health until it is back; then the state turns to online by itself.
 */
export type Connection = "online" | "offline" | "signed-out";

type Listener = (state: Connection) => void;

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 8000;

let state: Connection = "online";
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<Listener>();
/** By how many milliseconds the server's clock is before this machine's, as far as its answers said. */
let ahead = 0;

function set(next: Connection): void {
  if (next === state) return;
  state = next;
  for (const listener of [...listeners]) listener(next);
}

/** Asks the server for its health. */
export async function isServerUp(): Promise<boolean> {
  try {
    return (await fetch("/api/health", { cache: "no-store" })).ok;
  } catch (error) {
    // fetch raises TypeError when there was no answer; that is the question asked here.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function askAgain(delay: number): void {
  timer = setTimeout(async () => {
    if (await isServerUp()) {
      timer = undefined;
      set("online");
    } else askAgain(Math.min(delay * 2, LONGEST_DELAY_MS));
  }, delay);
}

export const connection = {
  get: (): Connection => state,
  /** The server's clock now in Unix seconds, at most a second behind it and never before it. */
  serverTime: (): number => (Date.now() + ahead) / 1000,
  subscribe(listener: Listener): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** A request got no answer. */
  lost(): void {
    set("offline");
    if (timer === undefined) askAgain(FIRST_DELAY_MS);
  },
  /** A request got an answer, whatever it said; `date` is its header, to the second. */
  answered(status: number, date: string | null = null): void {
    const said = date === null ? Number.NaN : Date.parse(date);
    if (!Number.isNaN(said)) ahead = said - Date.now();
    if (timer !== undefined) clearTimeout(timer);
    timer = undefined;
    set(status === 401 ? "signed-out" : "online");
  },
};

/** Resolves once the server answers: at once where it is not known to be away. */
export function whenAnswering(): Promise<void> {
  return new Promise((resolve) => {
    if (state !== "offline") return resolve();
    const stop = connection.subscribe((next) => {
      if (next === "offline") return;
      stop();
      resolve();
    });
  });
}
