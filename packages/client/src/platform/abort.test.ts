import { getEventListeners } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { live, setUp, until } from "../test-kit/set-up.test-kit.js";
import { onAbort } from "./abort.js";

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

test("waiters are called once, in order, except those that have left", () => {
  const controller = new AbortController();
  const told: string[] = [];
  const stops = ["a", "b", "c", "d"].map((name) => onAbort(controller.signal, () => told.push(name)));
  stops[1]?.();
  onAbort(undefined, () => told.push("never"))();
  expect(listenersOf(controller.signal)).toBe(1);
  controller.abort();
  for (const stop of stops) stop();
  expect(told).toEqual(["a", "c", "d"]);
  expect(listenersOf(controller.signal)).toBe(0);
});

test("a waiter that joins after all others have left is called, and leaving twice removes no other waiter", () => {
  const controller = new AbortController();
  const told: string[] = [];
  const stop = onAbort(controller.signal, () => told.push("a"));
  stop();
  onAbort(controller.signal, () => told.push("b"));
  stop();
  controller.abort();
  expect(told).toEqual(["b"]);
});

test("one signal for 70 subscriptions, 70 loops and 70 calls has one listener, and none after their end", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const { server, client, wireClient } = await setUp({ linger: 0 });
  const controller = new AbortController();
  const { signal } = controller;
  const failures: Promise<unknown>[] = [];
  for (let i = 0; i < 35; i++) {
    for (const { feed, scores } of [client, wireClient]) {
      feed.subscribe(undefined as never, { signal });
      const loop = feed.iterate(undefined as never, { signal })[Symbol.asyncIterator]();
      failures.push(loop.next().catch((error: unknown) => error));
      const call = scores.find({ text: `${i}` }, { signal }) as Promise<unknown>;
      failures.push(call.catch((error: unknown) => error));
    }
  }
  await until(() => server.requests.length === 142);
  expect(listenersOf(signal)).toBe(1);
  controller.abort();
  for (const failure of await Promise.all(failures)) expect(failure).toMatchObject({ code: "aborted" });
  expect(listenersOf(signal)).toBe(0);
  await until(() => server.requests.every(({ isGone }) => isGone));
  await new Promise(setImmediate); // warnings come with the next tick
  expect(warnings).toEqual([]);
});

test("successive calls and streams leave no listener on the caller's signal", async () => {
  const { server, client, wireClient } = await setUp({ linger: 0 });
  const { signal } = new AbortController();
  for (let i = 0; i < 5; i++) {
    for (const { feed, scores } of [client, wireClient]) {
      const good = scores.clear(undefined as never, { signal });
      (await server.next()).answer(200, {}, {});
      await good;
      const bad = scores.clear(undefined as never, { signal }) as Promise<unknown>;
      (await server.next()).answer(403);
      await expect(bad).rejects.toMatchObject({ code: "forbidden" });
      feed.subscribe(undefined as never, { signal })(); // stopped before its request
      const loop = feed.iterate(undefined as never, { signal })[Symbol.asyncIterator]();
      const next = loop.next();
      (await server.next()).open().send(live(0), { kind: "end" });
      expect(await next).toEqual({ done: true, value: undefined });
      expect(listenersOf(signal)).toBe(0);
    }
  }
});
