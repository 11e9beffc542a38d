/**
 * A WebSocket that survives: it reconnects with exponential back-off, resumes after the last cursor it has seen, drops
 * what it has already handed on, and hands batches on at most some ten times a second.  No React here.
 */

import { connection } from "./connection";
import { pageLanguage } from "./language";
import type { RunEvent } from "./types";

/**
 * `connecting`: never been open yet; `live`: open; `reconnecting`: was open (or failed to open) and is trying again;
 * `refused`: the server said that this address will never work; `closed`: closed by us.
 */
export type LiveState = "connecting" | "live" | "reconnecting" | "refused" | "closed";

/** The part of WebSocket that is used, so that a test can play the server. */
export interface SocketLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent<string>) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  close(code?: number, reason?: string): void;
}

/** What the outside world does for a connection; replaced in tests. */
export interface LiveEnvironment {
  openSocket(url: string): SocketLike;
  /** Calls back when what arrives within `milliseconds` has arrived. Returns a cancel function. */
  gather(callback: () => void, milliseconds: number): () => void;
  delay(callback: () => void, milliseconds: number): () => void;
  random(): number;
  /** Calls back when the network or the server is there again. Returns an unsubscribe function. */
  onOnline(callback: () => void): () => void;
  /** A second try failed too: this is no hiccup. */
  onUnreachable(): void;
}

export interface LiveOptions<Item> {
  /** The socket's address after `cursor` (null: nothing seen yet). */
  url: (cursor: number | null) => string;
  /** Items in order, each once; in one call what came within 16 ms, or within 100 ms of the call before. */
  onItems: (items: Item[]) => void;
  onState?: (state: LiveState) => void;
  /** Called when a connection opens again after one was lost: what has no cursor must be fetched anew. */
  onReconnected?: () => void;
  /** The cursor of an item; items whose cursor is not above the last one are dropped. */
  cursorOf?: (item: Item) => number | null | undefined;
  /** Where to start: the cursor of what is already known. */
  after?: number | null;
  environment?: LiveEnvironment;
}

export interface LiveConnection {
  readonly state: LiveState;
  readonly cursor: number | null;
  /** Tries at once instead of waiting for the back-off. */
  retry(): void;
  close(): void;
}

export const FIRST_DELAY_MS = 250;
export const MAX_DELAY_MS = 10_000;
/** A timer and no animation frame, which would have the page laid out and painted sixty times a second for what is drawn four times. */
const GATHER_MS = 16;
/** Between two batches: what is drawn four times a second need not be sorted in twenty times. */
const BATCH_MS = 100;
/** Codes with which the server says that trying again is useless: not signed in, forbidden, no such run. */
const REFUSALS: ReadonlySet<number> = new Set([4400, 4401, 4403, 4404]);

/** The wait before try number `attempt` (from 0): doubles up to a limit, the upper half of it at random. */
export function backoffDelay(attempt: number, random: () => number): number {
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 16));
  return ceiling / 2 + (random() * ceiling) / 2;
}

function later(callback: () => void, milliseconds: number): () => void {
  const timer = setTimeout(callback, milliseconds);
  return () => clearTimeout(timer);
}

const browserEnvironment: LiveEnvironment = {
  openSocket: (url) => new WebSocket(url),
  gather: later,
  delay: later,
  random: Math.random,
  onOnline: (callback) => {
    window.addEventListener("online", callback);
    const unsubscribe = connection.subscribe((state) => {
      if (state === "online") callback();
    });
    return () => {
      window.removeEventListener("online", callback);
      unsubscribe();
    };
  },
  onUnreachable: () => connection.lost(),
};

class Live<Item> implements LiveConnection {
  state: LiveState = "connecting";
  cursor: number | null;
  private readonly environment: LiveEnvironment;
  private socket: SocketLike | null = null;
  private failures = 0;
  private hasBeenOpen = false;
  private waiting: Item[] = [];
  private cancelFlush: (() => void) | null = null;
  private cancelDelay: (() => void) | null = null;
  private flushedAt = Number.NEGATIVE_INFINITY;
  private readonly stopListening: () => void;

  constructor(private readonly options: LiveOptions<Item>) {
    this.cursor = options.after ?? null;
    this.environment = options.environment ?? browserEnvironment;
    this.stopListening = this.environment.onOnline(() => this.connectNow());
    this.connect();
  }

  retry(): void {
    this.failures = 0;
    this.connectNow();
  }

  close(): void {
    this.stopListening();
    this.cancelDelay?.();
    this.cancelFlush?.();
    this.cancelFlush = null;
    this.waiting = [];
    this.drop();
    this.setState("closed");
  }

  /** Without waiting; the next failure still waits longer than the last. */
  private connectNow(): void {
    if (this.state === "closed" || this.socket !== null) return;
    this.cancelDelay?.();
    this.cancelDelay = null;
    this.connect();
  }

  private connect(): void {
    const socket = this.environment.openSocket(this.options.url(this.cursor));
    this.socket = socket;
    socket.onopen = () => {
      this.failures = 0;
      this.setState("live");
      if (this.hasBeenOpen) this.options.onReconnected?.();
      this.hasBeenOpen = true;
    };
    socket.onmessage = (event) => this.receive(event.data);
    // An error is always followed by a close, which says more.
    socket.onerror = null;
    socket.onclose = (event) => {
      this.drop();
      if (REFUSALS.has(event.code)) {
        this.setState("refused");
        return;
      }
      this.setState("reconnecting");
      const wait = backoffDelay(this.failures, this.environment.random);
      this.failures += 1;
      if (this.failures > 1) this.environment.onUnreachable();
      this.cancelDelay = this.environment.delay(() => {
        this.cancelDelay = null;
        this.connect();
      }, wait);
    };
  }

  private receive(text: string): void {
    const items = JSON.parse(text) as Item[];
    for (const item of items) {
      const cursor = this.options.cursorOf?.(item);
      if (cursor !== null && cursor !== undefined) {
        if (this.cursor !== null && cursor <= this.cursor) continue;
        this.cursor = cursor;
      }
      this.waiting.push(item);
    }
    if (this.waiting.length > 0 && this.cancelFlush === null) {
      const rest = this.flushedAt + BATCH_MS - performance.now();
      this.cancelFlush = this.environment.gather(() => this.flush(), Math.max(GATHER_MS, rest));
    }
  }

  private flush(): void {
    this.cancelFlush = null;
    this.flushedAt = performance.now();
    const items = this.waiting;
    this.waiting = [];
    this.options.onItems(items);
  }

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    socket.close();
  }

  private setState(state: LiveState): void {
    if (state === this.state) return;
    this.state = state;
    this.options.onState?.(state);
  }
}

/** Opens a live connection; it lives until `close()`. */
export function openLive<Item>(options: LiveOptions<Item>): LiveConnection {
  return new Live(options);
}

export function socketUrl(path: string): string {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  // A browser's socket cannot say it in a header.
  url.searchParams.set("language", pageLanguage());
  return url.toString();
}

export type Handlers<Item> = Omit<LiveOptions<Item>, "url" | "cursorOf">;

/** The events of one run: those after `handlers.after` first, then live. */
export function openRunEvents(id: string, handlers: Handlers<RunEvent>): LiveConnection {
  return openLive<RunEvent>({
    ...handlers,
    url: (cursor) => socketUrl(`/api/runs/${encodeURIComponent(id)}/events?after=${cursor ?? 0}`),
    cursorOf: (event) => event.cursor,
  });
}
