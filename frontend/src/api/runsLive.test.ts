import { expect, it, vi } from "vitest";
import type { LiveEnvironment, SocketLike } from "./live";
import { openRunsLive } from "./runsLive";
import type { RunSummary } from "./types";

const row = (id: string, step: number) => ({ id, step }) as RunSummary;

function createWorld() {
  const sockets: (SocketLike & { close: ReturnType<typeof vi.fn> })[] = [];
  const gathered: (() => void)[] = [];
  const environment: LiveEnvironment = {
    openSocket: () => {
      const socket = { onopen: null, onmessage: null, onclose: null, onerror: null, close: vi.fn() };
      sockets.push(socket);
      return socket;
    },
    gather: (callback) => {
      gathered.push(callback);
      return () => {};
    },
    delay: () => () => {},
    random: () => 0.5,
    onOnline: () => () => {},
    onUnreachable: () => {},
  };
  const send = (rows: RunSummary[]) => {
    sockets.at(-1)?.onmessage?.(new MessageEvent("message", { data: JSON.stringify(rows) }));
    for (const callback of gathered.splice(0)) callback();
  };
  return { sockets, environment, send };
}

it("opens one socket for all who listen, tells who comes late what came before, and closes it behind the last", async () => {
  const { sockets, environment, send } = createWorld();
  const [first, second] = [vi.fn(), vi.fn()];
  const leave = openRunsLive({ onItems: first }, environment);
  send([row("a", 1), row("b", 1)]);
  send([row("a", 2)]);
  const leaveSecond = openRunsLive({ onItems: second }, environment);
  expect(sockets).toHaveLength(1);
  await Promise.resolve();
  expect(second.mock.calls).toEqual([[[row("a", 2), row("b", 1)]]]);
  leave();
  send([row("b", 2)]);
  expect(first).toHaveBeenCalledTimes(2);
  expect(second).toHaveBeenLastCalledWith([row("b", 2)]);
  expect(sockets[0]?.close).not.toHaveBeenCalled();
  leaveSecond();
  expect(sockets[0]?.close).toHaveBeenCalledTimes(1);
  openRunsLive({ onItems: first }, environment)();
  expect(sockets).toHaveLength(2);
});

it("tells nothing to who has left before it could be told", async () => {
  const { environment, send } = createWorld();
  const [stays, leaves] = [vi.fn(), vi.fn()];
  const leave = openRunsLive({ onItems: stays }, environment);
  send([row("a", 1)]);
  openRunsLive({ onItems: leaves }, environment)();
  await Promise.resolve();
  expect(leaves).not.toHaveBeenCalled();
  leave();
});
