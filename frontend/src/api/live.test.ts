import { describe, expect, it } from "vitest";
import { backoffDelay, FIRST_DELAY_MS, type LiveEnvironment, MAX_DELAY_MS, openLive, type SocketLike } from "./live";

interface Item {
  cursor: number;
  name?: string;
}

class FakeSocket implements SocketLike {
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent<string>) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  isClosed = false;
  constructor(readonly url: string) {}
  close(): void {
    this.isClosed = true;
  }
  open(): void {
    this.onopen?.(new Event("open"));
  }
  send(items: Item[]): void {
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(items) }));
  }
  fail(code = 1006): void {
    this.onclose?.(new CloseEvent("close", { code }));
  }
}

/** A world in which time pass only when the test says so. */
function createWorld() {
  const sockets: FakeSocket[] = [];
  const gathering: (() => void)[] = [];
  const gatherTimes: number[] = [];
  const delays: { callback: () => void; milliseconds: number; isCancelled: boolean }[] = [];
  const online = new Set<() => void>();
  const unreachable = { count: 0 };
  const environment: LiveEnvironment = {
    openSocket: (url) => {
      const socket = new FakeSocket(url);
      sockets.push(socket);
      return socket;
    },
    gather: (callback, milliseconds) => {
      gathering.push(callback);
      gatherTimes.push(milliseconds);
      return () => gathering.splice(gathering.indexOf(callback), 1);
    },
    delay: (callback, milliseconds) => {
      const entry = { callback, milliseconds, isCancelled: false };
      delays.push(entry);
      return () => {
        entry.isCancelled = true;
      };
    },
    random: () => 0.5,
    onOnline: (callback) => {
      online.add(callback);
      return () => online.delete(callback);
    },
    onUnreachable: () => {
      unreachable.count += 1;
    },
  };
  const last = () => {
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  };
  return {
    environment,
    sockets,
    delays,
    online,
    unreachable,
    gatherTimes,
    last,
    runGathering: () => {
      for (const callback of gathering.splice(0)) callback();
    },
    runDelay: () => {
      const entry = delays.at(-1);
      if (entry !== undefined && !entry.isCancelled) entry.callback();
    },
  };
}

function openItems(world: ReturnType<typeof createWorld>, after: number | null = null) {
  const batches: Item[][] = [];
  const states: string[] = [];
  let reconnected = 0;
  const connection = openLive<Item>({
    url: (cursor) => `ws://test/events?after=${cursor ?? 0}`,
    cursorOf: (item) => item.cursor,
    after,
    onItems: (items) => batches.push(items),
    onState: (state) => states.push(state),
    onReconnected: () => {
      reconnected += 1;
    },
    environment: world.environment,
  });
  return { connection, batches, states, reconnected: () => reconnected };
}

describe("openLive", () => {
  it("hands on everything that came together in one call, in order", () => {
    const world = createWorld();
    const { batches } = openItems(world);
    world.last().open();
    world.last().send([{ cursor: 1 }, { cursor: 2 }]);
    world.last().send([{ cursor: 3 }]);
    expect(batches).toEqual([]);
    world.runGathering();
    expect(batches).toEqual([[{ cursor: 1 }, { cursor: 2 }, { cursor: 3 }]]);
    world.runGathering();
    expect(batches).toHaveLength(1);
  });

  it("hands on the first at once, and those that follow on its heels later and together", () => {
    const world = createWorld();
    const { batches } = openItems(world);
    world.last().open();
    world.last().send([{ cursor: 1 }]);
    world.runGathering();
    world.last().send([{ cursor: 2 }]);
    world.last().send([{ cursor: 3 }]);
    world.runGathering();
    expect(batches).toEqual([[{ cursor: 1 }], [{ cursor: 2 }, { cursor: 3 }]]);
    const [first, second] = world.gatherTimes as [number, number];
    expect(first).toBeLessThan(second);
  });

  it("starts after the cursor that is known", () => {
    const world = createWorld();
    openItems(world, 41);
    expect(world.last().url).toBe("ws://test/events?after=41");
  });

  it("resumes after the last cursor when the connection is lost, and hands nothing on twice", () => {
    const world = createWorld();
    const { connection, batches, states, reconnected } = openItems(world);
    world.last().open();
    world.last().send([{ cursor: 1 }, { cursor: 2 }]);
    world.last().fail();
    world.runDelay();
    expect(world.last().url).toBe("ws://test/events?after=2");
    world.last().open();
    world.last().send([{ cursor: 2 }, { cursor: 3 }]);
    world.runGathering();
    expect(batches.flat().map((item) => item.cursor)).toEqual([1, 2, 3]);
    expect(states).toEqual(["live", "reconnecting", "live"]);
    expect(reconnected()).toBe(1);
    expect(connection.cursor).toBe(3);
  });

  it("waits longer after each failure and begins anew after a success", () => {
    const world = createWorld();
    const { states } = openItems(world);
    for (let failure = 0; failure < 3; failure += 1) {
      world.last().fail();
      world.runDelay();
    }
    const waits = world.delays.map((entry) => entry.milliseconds);
    expect(waits).toEqual([0, 1, 2].map((failure) => backoffDelay(failure, () => 0.5)));
    expect(states).toEqual(["reconnecting"]);
    world.last().open();
    world.last().fail();
    expect(world.delays.at(-1)?.milliseconds).toBe(waits[0]);
  });

  it("tries at once when the network is there again", () => {
    const world = createWorld();
    openItems(world);
    world.last().open();
    world.last().fail();
    expect(world.sockets).toHaveLength(1);
    for (const callback of world.online) callback();
    expect(world.sockets).toHaveLength(2);
    world.runDelay();
    expect(world.sockets).toHaveLength(2);
  });

  it("calls the server unreachable from the second failure on", () => {
    const world = createWorld();
    openItems(world);
    world.last().open();
    world.last().fail();
    expect(world.unreachable.count).toBe(0);
    world.runDelay();
    world.last().fail();
    expect(world.unreachable.count).toBe(1);
  });

  it("does not try again when the server refuses for good", () => {
    const world = createWorld();
    const { connection } = openItems(world);
    world.last().fail(4404);
    expect(connection.state).toBe("refused");
    expect(world.delays).toHaveLength(0);
  });

  it("is silent after close", () => {
    const world = createWorld();
    const { connection, batches } = openItems(world);
    const socket = world.last();
    socket.open();
    socket.send([{ cursor: 1 }]);
    connection.close();
    world.runGathering();
    socket.send([{ cursor: 2 }]);
    socket.fail();
    world.runGathering();
    expect(batches).toEqual([]);
    expect(socket.isClosed).toBe(true);
    expect(world.online.size).toBe(0);
    expect(connection.state).toBe("closed");
  });
});

describe("backoffDelay", () => {
  it("stays between half and the whole of a ceiling that doubles up to the limit", () => {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
      expect(backoffDelay(attempt, () => 0)).toBe(ceiling / 2);
      expect(backoffDelay(attempt, () => 1)).toBe(ceiling);
    }
  });
});
