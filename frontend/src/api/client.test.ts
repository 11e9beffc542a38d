import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { api, fetchText, sendBytes, unwrap } from "./client";
import { type Connection, connection } from "./connection";
import { ApiProblem, isApiProblem } from "./problem";

const stale = {
  type: "about:blank",
  title: "Conflict",
  status: 409,
  code: "stale_revision",
  detail: "A newer revision is saved.",
  problems: [{ code: "x", severity: "error", message: "This one." }],
};

function answer(status: number, body: unknown, type = "application/problem+json") {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  vi.stubGlobal("fetch", async () => new Response(text, { status, headers: { "Content-Type": type } }));
}

function noAnswer() {
  vi.stubGlobal("fetch", async () => {
    throw new TypeError("Failed to fetch");
  });
}

async function failureOf(act: () => Promise<unknown>): Promise<ApiProblem> {
  try {
    await act();
  } catch (error) {
    if (error instanceof ApiProblem) return error;
    throw error;
  }
  throw new Error("Nothing failed.");
}

const list = () => unwrap(api.GET("/api/networks"));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(async () => {
  answer(200, { status: "ok" }, "application/json");
  await vi.runAllTimersAsync();
  vi.useRealTimers();
});

describe("unwrap", () => {
  test("gives the data of a success", async () => {
    answer(200, [], "application/json");
    expect(await list()).toEqual([]);
  });

  test("raises a problem document with its code, status and problems", async () => {
    answer(409, stale);
    const problem = await failureOf(list);
    expect(isApiProblem(problem, "stale_revision")).toBe(true);
    expect([problem.status, problem.message, problem.problems[0]?.message]).toEqual([
      409,
      "A newer revision is saved.",
      "This one.",
    ]);
  });

  test("an answer that is not ours keeps its status", async () => {
    answer(413, "<h1>Too large</h1>", "text/html");
    expect(await failureOf(list)).toMatchObject({ status: 413, code: "http_413" });
  });

  test("texts and uploads fail in the same way", async () => {
    answer(409, stale);
    expect((await failureOf(() => fetchText("/api/runs/a/log"))).code).toBe("stale_revision");
    expect((await failureOf(() => sendBytes("POST", "/api/datasets", new Blob()))).code).toBe("stale_revision");
  });
});

describe("connection", () => {
  test("no answer means offline; it is asked for health until there is one, and comes back by itself", async () => {
    const seen: Connection[] = [];
    const stop = connection.subscribe((state) => seen.push(state));
    noAnswer();
    expect((await failureOf(list)).isOffline).toBe(true);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen).toEqual(["offline"]);
    answer(200, { status: "ok" }, "application/json");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen).toEqual(["offline", "online"]);
    stop();
  });

  test("a proxy's page in place of the server means offline; the server's own refusal does not", async () => {
    answer(503, { ...stale, status: 503, code: "busy" });
    expect((await failureOf(list)).code).toBe("busy");
    expect(connection.get()).toBe("online");
    for (const status of [502, 503, 504]) {
      answer(status, "<h1>Bad gateway</h1>", "text/html");
      expect((await failureOf(list)).isOffline).toBe(true);
      expect(connection.get()).toBe("offline");
    }
  });

  test("401 means signed out", async () => {
    answer(401, { ...stale, status: 401, code: "unauthorized" });
    await failureOf(list);
    expect(connection.get()).toBe("signed-out");
    answer(200, [], "application/json");
    await list();
    expect(connection.get()).toBe("online");
  });
});

test("the server's clock is known from its answers, whatever this machine's says", async () => {
  const headers = { "Content-Type": "application/json", Date: "Sat, 28 Nov 2026 10:00:00 GMT" };
  vi.stubGlobal("fetch", async () => new Response("[]", { headers }));
  await list();
  const known = Date.UTC(2026, 10, 28, 10) / 1000;
  expect(connection.serverTime()).toBe(known);
  vi.advanceTimersByTime(5000);
  expect(connection.serverTime()).toBe(known + 5);
});
