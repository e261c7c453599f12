import { describe, expect, test } from "vitest";
import { createManualClock } from "../test-kit/manual-clock.test-kit.js";
import { at, live, setUp, until } from "../test-kit/set-up.test-kit.js";
import { createPace } from "./pace.js";

test("ten attempts in a row, then one a second, and after ten seconds of rest ten again", () => {
  const clock = createManualClock();
  const pace = createPace(clock);
  const waits = () =>
    Array.from({ length: 12 }, () => {
      const wait = pace.wait();
      clock.advance(wait);
      pace.take();
      return wait;
    });
  expect(waits()).toEqual([...Array(10).fill(0), 1_000, 1_000]);
  clock.advance(10_000);
  expect(waits()).toEqual([...Array(10).fill(0), 1_000, 1_000]);
});

test("a clock that is set back causes no wait of more than a second", () => {
  const clock = createManualClock();
  const pace = createPace(clock);
  for (let attempt = 0; attempt < 15; attempt++) pace.take();
  clock.jump(-1e9);
  expect(pace.wait()).toBe(1_000);
  pace.take();
  clock.advance(1_000);
  expect(pace.wait()).toBeLessThanOrEqual(1_000);
});

describe("a server without a requested delay causes no hot loop", () => {
  type Server = Awaited<ReturnType<typeof setUp>>["server"];
  type Request = Awaited<ReturnType<Server["next"]>>;
  const drained = { kind: "drain", retry: 0 } as const;
  const revoked = { kind: "error", code: "unauthorized", message: "expired", final: false } as const;
  const cases: [what: string, answer: (request: Request) => void][] = [
    ["retry: 0, and a cut", (request) => request.open({}, 0).cut()],
    ["a drain at once, with 0", (request) => request.open({ heartbeat: 0 }).send(live(0), drained)],
    ["503 with Retry-After: 0", (request) => request.answer(503, { "retry-after": "0" })],
    ["an authorisation that ends at once", (request) => request.open().send(live(0), revoked).cut()],
    ["a heartbeat of less than a millisecond", (request) => request.open({ heartbeat: 0.4 }, 0)],
  ];

  test.each(cases)("%s", async (_, answer) => {
    const retry = { base: 0, random: () => 0 };
    const { server, clock, client } = await setUp({ retry, onUnauthorized: () => true });
    const began = clock.now();
    const stop = client.feed.subscribe(undefined, {});
    for (let asked = 0; asked < 30; asked++) {
      let request: Request | undefined;
      const next = server.next().then((made) => (request = made));
      while (!request) {
        await Promise.race([next, new Promise((resolve) => setImmediate(resolve))]);
        // Only a timer is pending.
        const [soonest] = clock.pending;
        if (!request && soonest !== undefined && soonest <= 1_000) clock.advance(soonest);
      }
      answer(request);
    }
    stop();
    expect(clock.now() - began).toBeGreaterThanOrEqual(20_000 - 1_000);
  });

  test("from retry: 0 the delays grow as from 100", async () => {
    const { server, clock, client } = await setUp();
    client.feed.subscribe(undefined, {});
    for (const delay of [50, 100, 200, 400]) {
      (await server.next()).open({ heartbeat: 0 }, 0).cut();
      await until(() => clock.pending.includes(delay));
      clock.advance(delay);
    }
  });
});

describe("a server that asks for a wait without end is not obeyed", () => {
  test.each(["1e30", "9".repeat(400), "31536000"])("Retry-After: %s", async (seconds) => {
    const { server, clock, client } = await setUp();
    const errors: unknown[] = [];
    client.feed.subscribe(undefined, { onConnection: ({ error }) => error && errors.push(error) });
    (await server.next()).answer(503, { "retry-after": seconds });
    await until(() => errors.length > 0);
    expect(clock.pending[0]).toBeLessThanOrEqual(86_400_000 + 30_000);
  });

  test("a drain that asks for days: after half a minute", async () => {
    const { server, clock, client } = await setUp();
    const stop = client.feed.subscribe(undefined, {});
    (await server.next()).open({ heartbeat: 0 }).send({ kind: "live", id: at(1) }, { kind: "drain", retry: 1e9 });
    await until(() => clock.pending.includes(30_000));
    stop();
  });
});
