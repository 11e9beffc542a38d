import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connection } from "./connection";
import { loadPart } from "./loadPart";

const fetch = vi.fn<typeof globalThis.fetch>();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("fetch", fetch);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  fetch.mockReset();
  connection.answered(200);
});

const gone = new TypeError("Failed to fetch dynamically imported module");
const up = () => new Response("{}");

test("a part that comes is handed over", async () => {
  await expect(loadPart(async () => "part")).resolves.toBe("part");
  expect(fetch).not.toHaveBeenCalled();
});

test("a part waits for a server that is away, and is loaded when it is back", async () => {
  fetch.mockRejectedValueOnce(new TypeError("no answer"));
  fetch.mockRejectedValueOnce(new TypeError("no answer"));
  fetch.mockImplementation(async () => up());
  const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(gone).mockResolvedValue("part");
  const part = loadPart(load);
  await vi.advanceTimersByTimeAsync(500);
  expect(connection.get()).toBe("offline");
  expect(load).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10_000);
  await expect(part).resolves.toBe("part");
  expect(connection.get()).toBe("online");
});

test("a part that a server which answers does not have is an error", async () => {
  fetch.mockImplementation(async () => up());
  const load = vi.fn<() => Promise<string>>().mockRejectedValue(gone);
  await expect(loadPart(load)).rejects.toBe(gone);
  expect(load).toHaveBeenCalledTimes(2);
});

test("a style sheet that did not arrive is asked for again with the part", async () => {
  fetch.mockImplementation(async () => up());
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.href = "/assets/part.css";
  document.head.append(sheet);
  sheet.dispatchEvent(new Event("error"));
  const load = vi.fn<() => Promise<string>>().mockRejectedValueOnce(gone).mockResolvedValue("part");
  const part = loadPart(load);
  await vi.advanceTimersByTimeAsync(0);
  const again = document.head.querySelector<HTMLLinkElement>('link[href="/assets/part.css"]');
  expect(again).not.toBe(sheet);
  again?.dispatchEvent(new Event("load"));
  await expect(part).resolves.toBe("part");
  again?.remove();
});
