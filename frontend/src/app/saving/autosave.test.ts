import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiProblem, OFFLINE } from "@/api";
import { createDocumentStore, type Document, emptyDocument } from "@/document";
import { createAutosave, IDLE_MS, LONGEST_MS, RETRY_MS } from "./autosave";
import { createDrafts } from "./drafts";

function problem(status: number, code: string): ApiProblem {
  return new ApiProblem({ status, code, title: code, detail: `The server said ${code}.` });
}

/** A server that keeps revisions and can be told to fail. */
function createServer() {
  const server = {
    revision: 1,
    saved: [] as Document[],
    error: null as ApiProblem | null,
    async save(document: Document, revision: number) {
      await Promise.resolve();
      if (server.error !== null) throw server.error;
      if (revision !== server.revision) throw problem(409, "stale_revision");
      server.revision += 1;
      server.saved.push(document);
      return { revision: server.revision };
    },
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

  test("without a server the edits are kept here and sent when it is back", async () => {
    const { server, store, drafts, goOnline, kind } = setUp();
    server.error = problem(0, OFFLINE);
    store.getState().setName("Two");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(kind()).toBe("offline");
    store.getState().setName("Three");
    await vi.advanceTimersByTimeAsync(IDLE_MS);
    expect(drafts.takeNewest()?.document.name).toBe("Three");
    server.error = null;
    goOnline();
    await vi.runAllTimersAsync();
    expect(server.saved.map(({ name }) => name)).toEqual(["Three"]);
    expect(drafts.takeNewest()).toBeNull();
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
    expect(drafts.takeNewest()?.document.name).toBe("Still mine");
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

describe("drafts", () => {
  const document = emptyDocument("Kept");

  test("the newest of any tab is taken over, and is then this tab's own", () => {
    createDrafts("n1", "a").write({ revision: 1, document, time: 1 });
    createDrafts("n1", "b").write({ revision: 2, document, time: 2 });
    createDrafts("n2", "c").write({ revision: 3, document, time: 3 });
    const mine = createDrafts("n1", "d");
    expect(mine.takeNewest()?.revision).toBe(2);
    mine.clear();
    expect(mine.takeNewest()?.revision).toBe(1);
  });

  test("what a crash cut off is no draft", () => {
    localStorage.setItem("netwright-draft:n1:a", '{"revision": 1, "docum');
    expect(createDrafts("n1", "b").takeNewest()).toBeNull();
  });

  test("a full storage is told, not thrown", () => {
    const full = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    expect(createDrafts("n1", "a").write({ revision: 1, document, time: 1 })).toBe(false);
    full.mockRestore();
  });
});
