import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "@/api";
import { readAheadOfLinks, readNetwork, rememberSave } from "./reading";

const get = vi.fn();
vi.spyOn(api, "GET").mockImplementation(get as never);
let stop: () => void;
let revision = 0;

const answered = () => ({ data: { revision: ++revision }, response: new Response("{}") });
/** The networks that were asked for, once what waits for nothing has gone on. */
async function asked(): Promise<string[]> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
  return get.mock.calls.map(([, options]) => options.params.path.id);
}

function at(id: string): Element {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no element ${id}`);
  return found;
}

const come = (id: string, type = "pointerover") => at(id).dispatchEvent(new Event(type, { bubbles: true }));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  document.body.innerHTML = `
    <a href="/networks/n1"><b id="one">One</b></a> <a href="/networks/n2?node=x" id="two">Two</a>
    <a href="/networks/n1/versions" id="versions">V</a> <a href="/networks/deleted" id="deleted">D</a> <p id="text">T</p>`;
  get.mockReset();
  get.mockImplementation(async () => answered());
  stop = readAheadOfLinks();
});

afterEach(() => {
  come("text");
  stop();
  vi.useRealTimers();
});

describe("readAheadOfLinks", () => {
  it("asks once where a pointer stays, and the page takes that answer", async () => {
    come("one");
    vi.advanceTimersByTime(100);
    come("one", "pointerdown");
    expect(await asked()).toEqual(["n1"]);
    expect(await readNetwork("n1")).toEqual({ revision });
    expect(await asked()).toEqual(["n1"]);
  });

  it("asks at once where the pointer goes down or, after a moment, where the focus is", async () => {
    come("two", "pointerdown");
    expect(await asked()).toEqual(["n2"]);
    come("one", "focusin");
    vi.advanceTimersByTime(100);
    expect(await asked()).toEqual(["n2", "n1"]);
  });

  it("asks for nothing where a pointer passes over, and for no other page", async () => {
    come("one");
    vi.advanceTimersByTime(20);
    for (const other of ["text", "versions", "deleted"]) {
      come(other);
      come(other, "pointerdown");
      vi.advanceTimersByTime(1000);
    }
    expect(await asked()).toEqual([]);
  });
});

describe("readNetwork", () => {
  it.each([
    ["it is another network", () => {}, "n2"],
    ["the answer is old", () => vi.advanceTimersByTime(5000), "n1"],
    ["the pointer was elsewhere meanwhile", () => come("text"), "n1"],
    ["a save began meanwhile", () => rememberSave("n1", Promise.resolve()), "n1"],
  ])("asks anew where %s", async (_why, happen, id) => {
    come("one", "pointerdown");
    happen();
    await readNetwork(id);
    expect(await asked()).toEqual(["n1", id]);
  });

  it("takes an answer for one opening only", async () => {
    come("one", "pointerdown");
    await readNetwork("n1");
    await readNetwork("n1");
    expect(await asked()).toEqual(["n1", "n1"]);
  });

  it("asks itself where what was asked ahead failed, and says why that fails", async () => {
    get.mockImplementationOnce(async () => ({ error: {}, response: new Response("{}", { status: 500 }) }));
    come("one", "pointerdown");
    expect(await readNetwork("n1")).toEqual({ revision });
    get.mockImplementation(async () => ({ error: {}, response: new Response("{}", { status: 404 }) }));
    come("one", "pointerdown");
    await expect(readNetwork("n1")).rejects.toMatchObject({ status: 404 });
  });

  it("waits for a save that is on its way, ahead too", async () => {
    let end = () => {};
    rememberSave(
      "n1",
      new Promise<void>((_resolve, reject) => {
        end = () => reject(new Error("refused"));
      }),
    );
    come("one", "pointerdown");
    const reading = readNetwork("n1");
    expect(await asked()).toEqual([]);
    end();
    await reading;
    expect(await asked()).toEqual(["n1"]);
  });
});
