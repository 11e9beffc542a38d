import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiProblem, OFFLINE } from "@/api";
import { createDocumentStore, type Document, emptyDocument } from "@/document";
import { createAutosave, IDLE_MS, LONGEST_MS, RETRY_MS } from "./autosave";
import type { DraftStore } from "./draftStore";
import { createDrafts, lacking } from "./drafts";

function problem(status: number, code: string): ApiProblem {
  return new ApiProblem({ status, code, title: code, detail: `The server said ${code}.` });
}

/** A server that keeps revisions and can be told to fail. */
function createServer() {
  const server = {
    revision: 1,
    saved: [] as Document[],
    error: null as ApiProblem | null,
    /** The save arrives, its answer does not. */
    losesAnswers: false,
    async save(document: Document, revision: number) {
      await Promise.resolve();
      if (server.error !== null) throw server.error;
      if (revision !== server.revision) throw problem(409, "stale_revision");
      server.revision += 1;
      server.saved.push(document);
      if (server.losesAnswers) throw problem(0, OFFLINE);
      return { revision: server.revision };
    },
    load: async () => ({ revision: server.revision, document: server.saved.at(-1) ?? emptyDocument("One") }),
  };
  return server;
}

function setUp() {
  const server = createServer();
  const store = createDocumentStore({ document: emptyDocument("One"), layers: [], revision: 1 });
  const drafts = createDrafts("n1", "tab");
  let goOnline: () => void = () => {};
  const autosave = createAutosave({
    store,
    drafts,
    save: vi.fn(server.save),
    load: () => server.load(),
    onceOnline: (callback) => {
      goOnline = callback;
      return () => {
        goOnline = () => {};
      };
    },
  });
  const stop = autosave.start();
  return {
    server,
    store,
    drafts,
    autosave,
    stop,
    goOnline: () => goOnline(),
    kind: () => autosave.state.getState().kind,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("autosave", () => {
  test("sends the edits once, when the hands rest", async () => {
    const { server, store, kind } = setUp();
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS / 2);
    store.getState().setName("Three");
    expect(kind()).toBe("waiting");
    await vi.advanceTimersByTimeAsync(IDLE_MS / 2);
    expect(server.saved).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(server.saved.map(({ name }) => name)).toEqual(["Three"]);
    expect(kind()).toBe("saved");
    expect(store.getState().revision).toBe(2);
  });

  test("sends them a second after the first where the hands do not rest", async () => {
    const { server, store } = setUp();
    for (let edit = 1; edit <= 24; edit += 1) {
      store.getState().setName(`Edit ${edit}`);
      await vi.advanceTimersByTimeAsync(LONGEST_MS / 8);
    }
    expect(server.saved.map(({ name }) => name)).toEqual(["Edit 8", "Edit 16", "Edit 24"]);
  });

  test("an edit made while a save is on its way goes on top of it", async () => {
    const { server, store, autosave, kind } = setUp();
    store.getState().setName("Two");
    const saving = autosave.flush();
    store.getState().setName("Three");
    await saving;
    expect(kind()).toBe("waiting");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(server.saved.map(({ name }) => name)).toEqual(["Two", "Three"]);
    expect(server.revision).toBe(3);
  });

  test("an undo back to what is saved sends nothing", async () => {
    const { server, store, kind } = setUp();
    store.getState().setName("Two");
    store.getState().load(store.getState().document, 1);
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(server.saved).toHaveLength(0);
    expect(kind()).toBe("saved");
  });

  test("tells who looks at the page that it was saved elsewhere, and loads that", async () => {
    const { server, store, autosave, kind } = setUp();
    await autosave.look();
    expect(kind()).toBe("saved");
    await server.save(emptyDocument("Theirs"), 1);
    await autosave.look();
    expect(kind()).toBe("behind");
    expect(store.getState().document.name).toBe("One");
    await autosave.reload();
    expect(kind()).toBe("saved");
    expect(store.getState()).toMatchObject({ revision: 2, document: { name: "Theirs" } });
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(server.saved.map(({ name }) => name)).toEqual(["Theirs", "Two"]);
  });

  test("a newer revision that is what stands here is taken without a word", async () => {
    const { server, store, autosave, kind } = setUp();
    await server.save(store.getState().document, 1);
    await autosave.look();
    expect(kind()).toBe("saved");
    expect(store.getState().revision).toBe(2);
  });

  test("an edit over what was saved elsewhere, before or while that is looked for, is asked about", async () => {
    for (const isSeen of [true, false]) {
      const { server, store, autosave, kind } = setUp();
      await server.save(emptyDocument("Theirs"), 1);
      if (isSeen) await autosave.look();
      const looking = autosave.look();
      store.getState().setName("Mine");
      await looking;
      expect(kind()).toBe("waiting");
      await autosave.reload();
      expect(store.getState().document.name).toBe("Mine");
      await vi.advanceTimersByTimeAsync(IDLE_MS);
      expect(autosave.state.getState()).toEqual({ kind: "conflict", reason: "stale" });
    }
  });

  test("a look says nothing where the server is away", async () => {
    const { autosave, server, kind } = setUp();
    vi.spyOn(server, "load").mockRejectedValue(problem(0, OFFLINE));
    await autosave.look();
    expect(kind()).toBe("saved");
  });

  test("without a server the edits are kept here and sent when it is back", async () => {
    const { server, store, drafts, goOnline, kind } = setUp();
    server.error = problem(0, OFFLINE);
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(kind()).toBe("offline");
    store.getState().setName("Three");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect((await drafts.takeNewest())?.document.name).toBe("Three");
    server.error = null;
    goOnline();
    await vi.runAllTimersAsync();
    expect(server.saved.map(({ name }) => name)).toEqual(["Three"]);
    expect(await drafts.takeNewest()).toBeNull();
  });

  test("a save whose answer was lost is nobody's conflict: what follows goes on top of it", async () => {
    const { server, store, goOnline, kind } = setUp();
    server.losesAnswers = true;
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(kind()).toBe("offline");
    store.getState().setName("Three");
    server.losesAnswers = false;
    goOnline();
    await vi.runAllTimersAsync();
    expect(kind()).toBe("saved");
    expect(server.saved.map(({ name }) => name)).toEqual(["Two", "Three"]);
    expect(store.getState().revision).toBe(3);
  });

  test("a save whose answer was lost, taken back before the server was there again, is taken back there too", async () => {
    const { server, store, goOnline, kind } = setUp();
    server.losesAnswers = true;
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    store.getState().undo();
    server.losesAnswers = false;
    goOnline();
    await vi.runAllTimersAsync();
    expect(kind()).toBe("saved");
    expect(server.saved.map(({ name }) => name)).toEqual(["Two", "One"]);
  });

  test("what another page saved after a save whose answer was lost is still a conflict", async () => {
    const { server, store, goOnline, kind } = setUp();
    server.losesAnswers = true;
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    server.losesAnswers = false;
    await server.save(emptyDocument("Theirs"), 2);
    goOnline();
    await vi.runAllTimersAsync();
    expect(kind()).toBe("conflict");
    expect(server.saved.at(-1)?.name).toBe("Theirs");
  });

  test("another page that saved the very same is no conflict", async () => {
    const { server, store, kind } = setUp();
    store.getState().setName("Two");
    await server.save(store.getState().document, 1);
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(kind()).toBe("saved");
    expect(store.getState().revision).toBe(2);
  });

  test("a failing server is asked again", async () => {
    const { server, store, kind } = setUp();
    server.error = problem(503, "busy");
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(kind()).toBe("retrying");
    server.error = null;
    await vi.advanceTimersByTimeAsync(RETRY_MS);
    expect(kind()).toBe("saved");
  });

  test("a refused document says why, and the next edit is sent again", async () => {
    const { server, store, autosave } = setUp();
    server.error = problem(422, "invalid");
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(autosave.state.getState()).toEqual({ kind: "refused", message: "The server said invalid." });
    server.error = null;
    store.getState().setName("Three");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(server.saved).toHaveLength(1);
  });

  test("a stale revision waits for a person, keeps the edits, and goes on when told", async () => {
    const { server, store, drafts, autosave, kind } = setUp();
    server.revision = 7;
    store.getState().setName("Mine");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(autosave.state.getState()).toEqual({ kind: "conflict", reason: "stale" });
    store.getState().setName("Still mine");
    await vi.advanceTimersByTimeAsync(10 * IDLE_MS);
    expect(server.saved).toHaveLength(0);
    expect((await drafts.takeNewest())?.document.name).toBe("Still mine");
    store.getState().markSaved(7, emptyDocument("Theirs"));
    await autosave.resume();
    expect(server.saved.map(({ name }) => name)).toEqual(["Still mine"]);
    expect(kind()).toBe("saved");
  });

  test("a deleted network is a conflict of its own", async () => {
    const { server, store, autosave } = setUp();
    server.error = problem(404, "not_found");
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(autosave.state.getState()).toEqual({ kind: "conflict", reason: "deleted" });
  });

  test("leaving the page saves what is unsaved", async () => {
    const { server, store, stop } = setUp();
    store.getState().setName("Two");
    stop();
    await vi.runAllTimersAsync();
    expect(server.saved.map(({ name }) => name)).toEqual(["Two"]);
  });
});

/** A browser's database: what it was told is there after a kill. */
function createMemory(): DraftStore {
  const texts = new Map<string, string>();
  return {
    put: async (key, text) => void texts.set(key, text),
    remove: async (key) => void texts.delete(key),
    entries: async (prefix) => [...texts].filter(([key]) => key.startsWith(prefix)),
  };
}

describe("drafts", () => {
  const document = emptyDocument("Kept");

  test.each([
    ["the browser's database", createMemory],
    // jsdom has none: localStorage stands in.
    ["localStorage", () => undefined],
  ])("the newest of any closed page is taken over, and is then this page's own (%s)", async (_, make) => {
    const store = make();
    const places = store === undefined ? {} : { store };
    await createDrafts("n1", "a", places).write({ revision: 1, document, time: 1 });
    await createDrafts("n1", "b", places).write({ revision: 2, document, time: 2 });
    await createDrafts("n2", "c", places).write({ revision: 3, document, time: 3 });
    const mine = createDrafts("n1", "d", places);
    expect((await mine.takeNewest())?.revision).toBe(2);
    await mine.clear();
    expect((await mine.takeNewest())?.revision).toBe(1);
  });

  test("what another open page is at work on is left to it", async () => {
    const store = createMemory();
    await createDrafts("n1", "a", { store }).write({ revision: 1, document, time: 1 });
    const open = new Set(["a"]);
    const mine = createDrafts("n1", "b", { store, open: async () => open });
    expect(await mine.takeNewest()).toBeNull();
    open.delete("a");
    expect((await mine.takeNewest())?.revision).toBe(1);
  });

  test("what was kept at once by a page that was left is found, beside what was kept before it", async () => {
    const store = createMemory();
    const left = createDrafts("n1", "a", { store });
    await left.write({ revision: 1, document, time: 1 });
    left.writeAtOnce({ revision: 1, document: emptyDocument("Last edit"), time: 2 });
    const mine = createDrafts("n1", "b", { store });
    expect((await mine.takeNewest())?.document.name).toBe("Last edit");
    await mine.clear();
    expect(await mine.takeNewest()).toBeNull();
  });

  test("a killed browser that still finds in localStorage what was taken from there does not bring it back", async () => {
    const store = createMemory();
    createDrafts("n1", "a", { store }).writeAtOnce({ revision: 1, document, time: Date.now() });
    const onDisk = { ...localStorage };
    const mine = createDrafts("n1", "b", { store });
    await mine.takeNewest();
    await mine.clear();
    Object.assign(localStorage, onDisk);
    expect(await createDrafts("n1", "c", { store }).takeNewest()).toBeNull();
  });

  test("what the server lacks of a draft", () => {
    const [mine, sent, theirs] = ["Mine", "Sent", "Theirs"].map(emptyDocument) as [Document, Document, Document];
    const draft = { revision: 3, document: mine, sent: [sent], time: 1 };
    expect(lacking(draft, { revision: 4, document: emptyDocument("Mine") })).toBeNull();
    // Its last save arrived, its answer did not: it goes on top of that save, and nobody is asked.
    expect(lacking(draft, { revision: 4, document: sent })?.revision).toBe(4);
    // Another's save came in between: the revision it grew from says so to the server.
    expect(lacking(draft, { revision: 4, document: theirs })?.revision).toBe(3);
  });

  test("what a crash cut off is no draft", async () => {
    localStorage.setItem("netwright-draft:n1:a", '{"revision": 1, "docum');
    expect(await createDrafts("n1", "b").takeNewest()).toBeNull();
  });

  test("a full storage is told, not thrown", async () => {
    const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    expect(await createDrafts("n1", "a").write({ revision: 1, document, time: 1 })).toBe(false);
    full.mockRestore();
  });
});
