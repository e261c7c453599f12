import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { ClientOptions } from "../client-options.js";
import { systemClock } from "../platform/clock.js";
import { clockOf } from "../platform/fallback.js";
import { live, post, setUp, until } from "../test-kit/set-up.test-kit.js";

// An uncaught error ends a process. Here it fails the run.

let said: string[] = [];
beforeEach(() => {
  said = [];
  // Throws for a value that can't be printed, as a console may.
  vi.stubGlobal("console", { ...console, error: (error: unknown) => void said.push(String(error)) });
});
afterEach(() => vi.unstubAllGlobals());

class Hostile extends Error {
  override get message(): never {
    throw new Error("not even this");
  }
  override get stack(): never {
    throw new Error("nor this");
  }
}

const thrown: readonly [string, () => unknown][] = [
  ["an error", () => new Error("boom")],
  ["a TypeError", () => new TypeError("boom")],
  ["nothing", () => undefined],
  ["null", () => null],
  ["a text", () => "boom"],
  ["an error that can't be looked at", () => new Hostile()],
  [
    "a revoked proxy",
    () => {
      const { proxy, revoke } = Proxy.revocable(new Error("x"), {});
      revoke();
      return proxy;
    },
  ],
];

/** `work`, except that its nth call throws. */
function throwsAt<Args extends unknown[], Result>(nth: number, error: unknown, work: (...args: Args) => Result) {
  let calls = 0;
  return (...args: Args): Result => {
    if (++calls === nth) throw error;
    return work(...args);
  };
}

type Fault = (nth: number, error: unknown) => Partial<ClientOptions>;
const faults: readonly [string, Fault][] = [
  ["headers", (nth, error) => ({ headers: throwsAt(nth, error, () => ({})) })],
  ["fetch", (nth, error) => ({ fetch: throwsAt(nth, error, (address, init) => fetch(address, init)) })],
  [
    "wake",
    (nth, error) => ({
      wake: (onWake) => {
        const stop = throwsAt(nth, error, () => {});
        onWake(true);
        if (nth % 2 === 0) throw error;
        return stop;
      },
    }),
  ],
  ["retry.random", (nth, error) => ({ retry: { random: throwsAt(nth, error, () => 0) } })],
  ["clock.now", (nth, error) => ({ clock: { ...systemClock, now: throwsAt(nth, error, systemClock.now) } })],
  [
    "clock.monotonic",
    (nth, error) => ({ clock: { ...systemClock, monotonic: throwsAt(nth, error, systemClock.monotonic) } }),
  ],
  [
    "clock.setTimeout",
    (nth, error) => ({ clock: { ...systemClock, setTimeout: throwsAt(nth, error, systemClock.setTimeout) } }),
  ],
  [
    "clock.clearTimeout",
    (nth, error) => ({ clock: { ...systemClock, clearTimeout: throwsAt(nth, error, systemClock.clearTimeout) } }),
  ],
];

/** Refused, retried, live, cut, live again, a call, the end. All events must arrive, whatever was thrown. */
async function goThrough(options: Partial<ClientOptions>): Promise<void> {
  const { server, client } = await setUp({
    clock: systemClock,
    linger: 0,
    ...options,
    retry: { base: 1, max: 1, ...options.retry },
  });
  const posts: unknown[] = [];
  const errors: unknown[] = [];
  const stop = client.feed.subscribe(undefined, {
    on: { post: (text) => posts.push(text) },
    onError: (e) => errors.push(e),
  });
  (await server.next()).answer(503);
  (await server.next()).open({}, 1).send(live(0), post("a", 1)).cut();
  const last = (await server.next()).open({}, 1).send(post("b", 2), live(2));
  await until(() => posts.length === 2 || errors.length > 0);
  stop();
  expect(posts).toEqual(["a", "b"]);
  expect(errors).toEqual([]);
  last.cut();
}

test.each(faults)("%s that throws any value at any call loses no event", async (_, fault) => {
  for (const [index, [, make]] of thrown.entries()) await goThrough(fault(index + 1, make()));
});

test.each([Number.NaN, 2, -1, Number.POSITIVE_INFINITY, "0.5", undefined, 5n])(
  "retry.random that gives %s is told, and the platform's is used",
  async (value) => {
    await goThrough({ retry: { random: () => value as number } });
    expect(said[0]).toBe(`RangeError: Client option "retry.random" gave ${value}; allowed is 0 to 1.`);
  },
);

test.each(["now", "monotonic"])(
  "a clock whose %s gives no time is told, and the platform's is used",
  async (method) => {
    await goThrough({ clock: { ...systemClock, [method]: () => Number.NaN } });
    expect(said[0]).toContain(`Client option "clock.${method}" gave NaN`);
  },
);

test("after a clock has failed, the platform's clock continues from there", () => {
  let hours = 0;
  const clock = clockOf({
    ...systemClock,
    monotonic() {
      if (++hours === 3) throw new Error("stopped");
      return hours * 3_600_000;
    },
  });
  clock.monotonic();
  const before = clock.monotonic();
  for (let i = 0; i < 3; i++) {
    const passed = clock.monotonic() - before;
    expect(passed).toBeGreaterThanOrEqual(0);
    expect(passed).toBeLessThan(60_000);
  }
});

test.each(thrown)("onUnauthorized that throws %s makes the error final", async (_, make) => {
  const error = make();
  for (const onUnauthorized of [
    () => {
      throw error;
    },
    () => Promise.reject(error),
  ]) {
    const { server, client } = await setUp({ onUnauthorized });
    const told = new Promise((resolve) => client.feed.subscribe(undefined, { onError: resolve }));
    (await server.next()).answer(401);
    expect(await told).toMatchObject({ code: "unauthorized", retryable: false });
    const call = client.scores.clear();
    (await server.next()).answer(401);
    await expect(call).rejects.toMatchObject({ code: "unauthorized" });
  }
});

test.each(thrown)("onSkippedEvent and handlers that throw %s lose no event", async (_, make) => {
  const error = make();
  const fail = () => {
    throw error;
  };
  const { server, client } = await setUp({ onSkippedEvent: fail });
  const posts: unknown[] = [];
  client.feed.subscribe(undefined, { onEvent: fail, onConnection: fail, on: { post: async () => fail() } });
  client.feed.subscribe(undefined, { on: { post: (text) => posts.push(text) } });
  const stream = (await server.next()).open().send(live(0), { kind: "event", type: "newer", data: "1", id: "E.1.m1" });
  stream.send(post("a", 2), post("b", 3));
  await until(() => posts.length === 2);
});
