import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { fakeServer } from "./index.js";
import { contract } from "./scores.test-kit.js";

const { watch } = contract.scores;
const m1 = { matchId: "m1" };
const goal = (minute: number) => ({ type: "goal" as const, data: { team: "home" as const, minute } });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it.each([true, false])("fake timers drive both ends, multiplex: %s", async (multiplex) => {
  const server = fakeServer(contract);
  const client = server.client({ multiplex, retry: { base: 1_000, random: () => 0.999 } });
  const told: string[] = [];
  let last = "";
  client.scores.watch.subscribe(m1, {
    onState: ({ home, away }) => told.push(`${home}:${away}`),
    onConnection({ status }) {
      if (status !== last) told.push(status);
      last = status;
    },
  });
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  await pass(50);
  await server.emit(watch, m1, goal(1));
  await pass(50);
  expect(told.splice(0)).toEqual(["connecting", "0:0", "live", "1:0"]);
  server.drop(watch);
  await server.emit(watch, m1, goal(2));
  await pass(400);
  expect(told.splice(0)).toEqual(["reconnecting"]);
  await pass(700);
  expect(told.splice(0)).toEqual(["2:0", "live"]);
  server.offline();
  await pass(60_000);
  expect(told.splice(0)).toEqual(["paused"]);
  server.online();
  await pass(50);
  expect(told.splice(0)).toEqual(["reconnecting", "live"]);
  await pass(120_000); // eight heartbeats
  await server.emit(watch, m1, goal(3));
  await pass(50);
  expect(told.splice(0)).toEqual(["3:0"]);
  await server.end(watch);
  await pass(50);
  expect(told.splice(0)).toEqual(["closed"]);
  await server.close();
  expect(vi.getTimerCount()).toBe(0);
});

it("after close, no timer is left, whatever was under way", async () => {
  const server = fakeServer(contract);
  const [live, connecting, waiting] = [server.client(), server.client(), server.client({ retry: { base: 10_000 } })];
  live.scores.watch.subscribe(m1, {});
  await vi.advanceTimersByTimeAsync(50);
  server.refuse(watch, "unavailable", { times: 5 });
  waiting.scores.watch.subscribe(m1, {});
  await vi.advanceTimersByTimeAsync(50);
  connecting.scores.watch.subscribe(m1, {});
  server.answer(contract.scores.matches, () => new Promise(() => {}));
  const call = expect(live.scores.matches()).rejects.toMatchObject({ code: "aborted" });
  await vi.advanceTimersByTimeAsync(5);
  expect(vi.getTimerCount()).toBeGreaterThan(2);
  await server.close();
  await call;
  expect(vi.getTimerCount()).toBe(0);
});
