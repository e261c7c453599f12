import { afterEach, describe, expect, test, vi } from "vitest";
import type { ClientOptions } from "../client-options.js";
import type { Wake } from "../platform/wake.js";
import { live, post, setUp, until } from "../test-kit/set-up.test-kit.js";
import type { Connection } from "./connection-state.js";

afterEach(() => vi.unstubAllGlobals());

/** A subscriber of `feed` that records its connection's states. */
async function watchFeed(options: Parameters<typeof setUp>[0] = {}) {
  const { server, clock, client } = await setUp(options);
  const connections: Connection[] = [];
  const errors: string[] = [];
  const stop = client.feed.subscribe(undefined, {
    onConnection: (connection) => connections.push(connection),
    onError: ({ code }) => errors.push(code),
  });
  const last = () => connections.at(-1) as Connection;
  /** Milliseconds until the next attempt, once it is known. */
  const waiting = async () => {
    await until(() => last().retryAt !== undefined);
    return (last().retryAt as number) - clock.now();
  };
  return { server, clock, connections, errors, stop, last, waiting };
}

describe("backoff", () => {
  test("doubles with every failure up to the maximum delay", async () => {
    const { server, clock, last, waiting } = await watchFeed({ retry: { base: 100, max: 1_000, random: () => 0.5 } });
    for (const [index, delay] of [50, 100, 200, 400, 500, 500].entries()) {
      (await server.next()).answer(503);
      expect(await waiting()).toBe(delay);
      expect(last()).toMatchObject({ status: "reconnecting", attempt: index + 1, error: { code: "unavailable" } });
      clock.advance(delay);
      expect(last().retryAt).toBeUndefined();
    }
  });

  test("Retry-After is the minimum delay, in seconds or as a date", async () => {
    const { server, clock, waiting } = await watchFeed();
    (await server.next()).answer(503, { "retry-after": "7" });
    expect(await waiting()).toBe(7_500);
    clock.advance(7_500);
    (await server.next()).answer(429, { "retry-after": new Date(clock.now() + 60_000).toUTCString() });
    expect(await waiting()).toBeGreaterThan(60_000);
  });

  test("the retry: line that a stream starts with is the new base", async () => {
    const { server, waiting } = await watchFeed();
    (await server.next()).open({}, 4_000).cut();
    expect(await waiting()).toBe(2_000);
  });

  test("a drain's retry: line is not a base: a client with a short wait doesn't hammer a draining server", async () => {
    const { server, clock } = await watchFeed();
    (await server.next()).open({ heartbeat: 0 }).send(live(0), { kind: "drain", retry: 4 });
    for (const delay of [4, 500, 1_000, 2_000]) {
      await until(() => clock.pending.includes(delay));
      clock.advance(delay);
      (await server.next()).answer(503);
    }
  });

  test("decreases with the time that a stream was live", async () => {
    const { server, clock, last, waiting } = await watchFeed();
    const cutAfter = async (ms: number) => {
      const stream = (await server.next()).open({ heartbeat: 0 }).send(live(0));
      await until(() => last().status === "live");
      expect(last()).toMatchObject({ attempt: 0 });
      clock.advance(ms);
      stream.cut();
      const delay = await waiting();
      clock.advance(delay);
      return delay;
    };
    for (const delay of [500, 1_000, 2_000, 4_000]) expect(await cutAfter(0)).toBe(delay);
    expect(await cutAfter(2_000)).toBe(1_000);
    expect(await cutAfter(4_000)).toBe(545);
    expect(await cutAfter(60_000)).toBe(500);
  });

  test("after a live stream, an unreachable network is retried soon, and failures don't count at first", async () => {
    let isGone = false;
    const flaky: ClientOptions["fetch"] = (address, init) =>
      isGone ? Promise.reject(new TypeError("fetch failed")) : fetch(address, init);
    const { server, clock, last, waiting } = await watchFeed({ fetch: flaky });
    const stream = (await server.next()).open().send(live(0));
    await until(() => last().status === "live");
    clock.advance(4_000);
    isGone = true;
    stream.cut();
    const delays: number[] = [];
    while (delays.length < 6) {
      const { attempt } = last();
      delays.push(await waiting());
      clock.advance(delays.at(-1) as number);
      await until(() => last().attempt > attempt && last().retryAt !== undefined);
    }
    expect(delays).toEqual([500, 750, 750, 750, 1_000, 2_000]);
  });

  describe("also where a healthy stream is replaced", () => {
    /** Four failures, then a minute live, then the server drains. */
    async function drainAfterAMinute() {
      const { server, clock, last, waiting } = await watchFeed();
      for (let failures = 0; failures < 4; failures++) {
        (await server.next()).answer(503);
        clock.advance(await waiting());
      }
      const first = (await server.next()).open({ heartbeat: 0 }).send(live(0));
      await until(() => last().status === "live");
      clock.advance(60_000);
      first.send({ kind: "drain", retry: 1_000 });
      await until(() => clock.pending.length === 1);
      clock.advance(1_000);
      return { server, clock, first, waiting };
    }

    test("and the new one is cut", async () => {
      const { server, first, waiting } = await drainAfterAMinute();
      const second = (await server.next()).open().send(live(0));
      await until(() => first.isGone);
      second.cut();
      expect(await waiting()).toBe(500);
    });

    test("and the new one is refused, from then on with growing delays", async () => {
      const { server, clock } = await drainAfterAMinute();
      for (const delay of [500, 1_000, 2_000]) {
        (await server.next()).answer(503);
        await until(() => clock.pending.includes(delay));
        clock.advance(delay);
      }
    });
  });
});

describe("what is retried", () => {
  test.each([
    [408, "unavailable"],
    [425, "unavailable"],
    [429, "tooManyRequests"],
    [500, "internal"],
    [502, "unavailable"],
    [504, "unavailable"],
  ])("%i is", async (status, code) => {
    const { server, clock, last, waiting } = await watchFeed();
    (await server.next()).answer(status, { "content-type": "text/html" }, "<h1>sorry</h1>");
    clock.advance(await waiting());
    (await server.next()).open().send(live(0));
    expect(last().error).toMatchObject({ code, status });
    await until(() => last().status === "live");
    expect(last().error).toBeUndefined();
  });

  test("an unreachable server is retried", async () => {
    let calls = 0;
    const unreachable = () => {
      calls++;
      return Promise.reject(new TypeError("fetch failed"));
    };
    const { last, clock, waiting } = await watchFeed({ fetch: unreachable });
    clock.advance(await waiting());
    await until(() => calls === 2 && last().retryAt !== undefined);
    expect(last()).toMatchObject({ attempt: 2, error: { code: "network" } });
  });

  test("a $error that is not final is retried, whatever its code", async () => {
    const { server, last, waiting } = await watchFeed();
    (await server.next()).open().send({ kind: "error", code: "forbidden", message: "later", final: false }).cut();
    await waiting();
    expect(last().error).toMatchObject({ code: "forbidden", message: "later" });
  });

  test.each([
    [400, "badRequest"],
    [401, "unauthorized"],
    [403, "forbidden"],
    [404, "notFound"],
    [405, "methodNotAllowed"],
    [409, "conflict"],
    [418, "protocol"],
  ])("%i is not", async (status, code) => {
    const { server, clock, errors } = await watchFeed();
    (await server.next()).answer(status);
    await until(() => errors.length === 1);
    expect(errors).toEqual([code]);
    expect(clock.pending).toEqual([]);
  });

  test("a response that is not a Sluice stream is not retried", async () => {
    const page = await watchFeed();
    (await page.server.next()).answer(200, { "content-type": "text/html" }, "<h1>hello</h1>");
    await until(() => page.errors.length === 1);
    const early = await watchFeed();
    (await early.server.next()).open({ stream: "poll" as never });
    await until(() => early.errors.length === 1);
    const long = await watchFeed({ maxFrame: 100 });
    (await long.server.next()).open().send(post("x".repeat(200), 1));
    await until(() => long.errors.length === 1);
    const twice = await watchFeed();
    const again = { kind: "open", stream: "live", heartbeat: 15_000, resumable: true } as const;
    (await twice.server.next()).open().send(again, live(0));
    await until(() => twice.errors.length === 1);
    expect([page, early, long, twice].map(({ errors }) => errors)).toEqual(Array(4).fill(["protocol"]));
    expect(long.last().error?.message).toContain("100");
  });
});

describe("credentials", () => {
  test("headers are requested again at every attempt", async () => {
    let token = 0;
    const { server, clock, waiting } = await watchFeed({ headers: async () => ({ authorization: `t${++token}` }) });
    const first = await server.next();
    first.answer(503);
    clock.advance(await waiting());
    const second = await server.next();
    expect([first, second].map(({ headers }) => headers["authorization"])).toEqual(["t1", "t2"]);
  });

  test("a 401 calls the refresh hook once, and a second one in a row is final", async () => {
    const onUnauthorized = vi.fn(async () => {});
    const { server, errors, last } = await watchFeed({ onUnauthorized });
    (await server.next()).answer(401);
    const second = (await server.next()).open().send(live(0));
    await until(() => last().status === "live");
    second.cut();
    await until(() => last().status === "reconnecting");
    expect(onUnauthorized).toHaveBeenCalledTimes(1);
    expect(errors).toEqual([]);
  });

  test("a second 401 in a row is final", async () => {
    const onUnauthorized = vi.fn(async () => {});
    const { server, errors } = await watchFeed({ onUnauthorized });
    (await server.next()).answer(401);
    (await server.next()).answer(401);
    await until(() => errors.length === 1);
    expect(onUnauthorized).toHaveBeenCalledTimes(1);
    expect(errors).toEqual(["unauthorized"]);
  });

  test("a 401 after another answer isn't the second in a row", async () => {
    const onUnauthorized = vi.fn(async () => {});
    const { server, clock, errors, last, waiting } = await watchFeed({ onUnauthorized });
    (await server.next()).answer(401);
    (await server.next()).answer(503);
    clock.advance(await waiting());
    (await server.next()).answer(401);
    (await server.next()).open().send(live(0));
    await until(() => last().status === "live");
    expect(onUnauthorized).toHaveBeenCalledTimes(2);
    expect(errors).toEqual([]);
  });

  test.each([
    ["gives false", async () => false],
    ["rejects", () => Promise.reject(new Error("logged out"))],
  ])("a refresh hook that %s makes it final", async (_, onUnauthorized) => {
    const { server, errors } = await watchFeed({ onUnauthorized });
    (await server.next()).answer(401);
    await until(() => errors.length === 1);
    expect(errors).toEqual(["unauthorized"]);
    expect(server.requests).toHaveLength(1);
  });

  describe("while they are renewed", () => {
    /** A stream that is live, and beside it the next one, refused. */
    async function drainTo401(onUnauthorized: () => Promise<void>) {
      const { server, clock, errors, last } = await watchFeed({ onUnauthorized });
      const first = (await server.next()).open({ heartbeat: 0 }).send(live(0), { kind: "drain", retry: 300 });
      await until(() => clock.pending.includes(300));
      clock.advance(300);
      (await server.next()).answer(401);
      const expire = async () => {
        first.send({ kind: "error", code: "unauthorized", message: "expired", final: false }).cut();
        await until(() => last().status !== "live");
      };
      return { server, errors, last, expire };
    }

    test("the old stream may end without them", async () => {
      let renew = () => {};
      const onUnauthorized = vi.fn(
        () =>
          new Promise<void>((resolve) => {
            renew = resolve;
          }),
      );
      const { server, errors, last, expire } = await drainTo401(onUnauthorized);
      await until(() => onUnauthorized.mock.calls.length === 1);
      await expire();
      expect(last().status).toBe("reconnecting");
      renew();
      (await server.next()).open().send(live(0));
      await until(() => last().status === "live");
      expect(errors).toEqual([]);
      expect(server.requests).toHaveLength(3);
    });

    test("and also when the next stream is being opened with them", async () => {
      const onUnauthorized = vi.fn(async () => {});
      const { server, errors, last, expire } = await drainTo401(onUnauthorized);
      const next = await server.next();
      await expire();
      expect(last().status).toBe("reconnecting");
      next.open().send(live(0));
      await until(() => last().status === "live");
      expect(errors).toEqual([]);
      expect(onUnauthorized).toHaveBeenCalledTimes(1);
    });
  });

  test("unavailable headers are requested again", async () => {
    let calls = 0;
    const { server, clock, last, waiting } = await watchFeed({
      headers() {
        if (++calls === 1) throw new Error("no token yet");
        return {};
      },
    });
    const delay = await waiting();
    expect(last().error).toMatchObject({ code: "internal", cause: { message: "no token yet" } });
    clock.advance(delay);
    await server.next();
  });
});

describe("silence", () => {
  test("a server that opens nothing within the connect timeout is retried", async () => {
    const { server, clock, last, waiting } = await watchFeed({ connectTimeout: 3_000 });
    const first = await server.next();
    clock.advance(2_999);
    expect(last().status).toBe("connecting");
    clock.advance(1);
    await waiting();
    expect(last().error).toMatchObject({ code: "timeout" });
    await until(() => first.isGone);
  });

  test("a stream without a byte for 2.5 heartbeats counts as cut", async () => {
    const { server, clock, last, waiting } = await watchFeed();
    const stream = (await server.next()).open({ heartbeat: 1_000 }).send(live(0));
    await until(() => last().status === "live");
    clock.advance(2_499);
    expect(last().status).toBe("live");
    clock.advance(1);
    await waiting();
    expect(last().error).toMatchObject({ code: "timeout" });
    await until(() => stream.isGone);
  });
});

describe("network and page", () => {
  /** Stands for a browser's window, document and navigator. */
  function stubBrowser() {
    const window = new EventTarget();
    const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
    const navigator = { onLine: true };
    let listeners = 0;
    for (const target of [window, document]) {
      const { addEventListener, removeEventListener } = target;
      target.addEventListener = (...args: Parameters<typeof addEventListener>) => {
        listeners++;
        addEventListener.apply(target, args);
      };
      target.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
        listeners--;
        removeEventListener.apply(target, args);
      };
    }
    vi.stubGlobal("addEventListener", window.addEventListener);
    vi.stubGlobal("removeEventListener", window.removeEventListener);
    vi.stubGlobal("document", document);
    vi.stubGlobal("navigator", navigator);
    const fire = (target: EventTarget, type: string) => target.dispatchEvent(new Event(type));
    return { window, document, navigator, fire, listeners: () => listeners };
  }

  test("waiting ends at once when the network or the page comes back", async () => {
    const { window, document, fire } = stubBrowser();
    const { server, waiting } = await watchFeed();
    for (const [target, type] of [
      [window, "online"],
      [window, "pageshow"],
      [document, "visibilitychange"],
    ] as const) {
      (await server.next()).answer(503);
      await waiting();
      fire(target, type);
    }
    await server.next();
    expect(server.requests).toHaveLength(4);
  });

  test("the server's requested wait is still respected", async () => {
    const { window, fire } = stubBrowser();
    const { server, waiting } = await watchFeed();
    (await server.next()).answer(503, { "retry-after": "7" });
    await waiting();
    fire(window, "online");
    expect(await waiting()).toBe(7_000);
    expect(server.requests).toHaveLength(1);
  });

  test("the server's requested wait is not prolonged by a clock that is set back", async () => {
    const { window, fire } = stubBrowser();
    const { server, clock, waiting } = await watchFeed();
    (await server.next()).answer(503, { "retry-after": "7" });
    await waiting();
    clock.jump(-900_000);
    clock.advance(1_000);
    fire(window, "online");
    expect(await waiting()).toBe(6_000);
    clock.advance(6_000);
    await server.next();
  });

  test("offline it pauses, tries at intervals, and continues when online", async () => {
    const { window, navigator, fire } = stubBrowser();
    const { server, clock, last, waiting, connections } = await watchFeed();
    (await server.next()).destroy();
    await waiting();
    navigator.onLine = false;
    fire(window, "offline");
    expect(last()).toMatchObject({ status: "paused", error: { code: "network" } });
    for (let i = 0; i < 2; i++) {
      expect(clock.pending).toEqual([22_500]); // from half of the greatest delay to all of it
      clock.advance(22_500);
      (await server.next()).destroy();
      await waiting();
    }
    navigator.onLine = true;
    fire(window, "online");
    await server.next();
    expect(server.requests).toHaveLength(4);
    const states = connections.map(({ status }) => status);
    expect(states.filter((state, index) => state !== states[index - 1])).toEqual([
      "connecting",
      "reconnecting",
      "paused",
      "reconnecting",
    ]);
  });

  test("a subscriber sends its request even if the machine reports offline", async () => {
    const { navigator } = stubBrowser();
    navigator.onLine = false;
    const { server, last, connections } = await watchFeed();
    (await server.next()).open().send(live(0));
    await until(() => last().status === "live");
    expect(connections.map(({ status }) => status)).toEqual(["connecting", "live"]);
  });

  test("a server that was reached offline is retried as usual: the machine's report is wrong", async () => {
    const { navigator } = stubBrowser();
    navigator.onLine = false;
    const { server, clock, last, waiting } = await watchFeed();
    (await server.next()).open().send(live(0)).cut();
    expect(await waiting()).toBe(500);
    expect(last().status).toBe("reconnecting");
    clock.advance(500);
    (await server.next()).destroy();
    expect(await waiting()).toBe(750);
    expect(last().status).toBe("reconnecting");
  });

  test("an answer while offline counts: the client waits as the server asks, and doesn't pause", async () => {
    const { navigator } = stubBrowser();
    navigator.onLine = false;
    const { server, last, waiting } = await watchFeed();
    (await server.next()).answer(503, { "retry-after": "7" });
    expect(await waiting()).toBe(7_500);
    expect(last().status).toBe("reconnecting");
  });

  test("a paused page that becomes visible tries at once", async () => {
    const { document, navigator, fire } = stubBrowser();
    navigator.onLine = false;
    const { server, last } = await watchFeed();
    (await server.next()).destroy();
    await until(() => last().status === "paused");
    fire(document, "visibilitychange");
    (await server.next()).open().send(live(0));
    await until(() => last().status === "live");
  });

  test("a stream that is due and fails for the network is opened when it is online, too", async () => {
    const { window, navigator, fire } = stubBrowser();
    const { server, clock, last } = await watchFeed();
    const first = (await server.next()).open({ heartbeat: 0 }).send(live(0), { kind: "drain", retry: 300 });
    await until(() => last().status === "live" && clock.pending.includes(300));
    clock.advance(300);
    const second = await server.next();
    navigator.onLine = false;
    second.destroy();
    await until(() => clock.pending.includes(22_500));
    expect(last().status).toBe("live");
    navigator.onLine = true;
    fire(window, "online");
    (await server.next()).open();
    await until(() => first.isGone);
  });

  test("the application tells of the network by `wake`, in place of the page", async () => {
    const { navigator, listeners } = stubBrowser();
    navigator.onLine = false;
    let tell: (isOnline?: boolean) => void = () => {};
    const stopped = vi.fn();
    const wake: Wake = (onWake) => {
      tell = onWake;
      onWake(true); // as NetInfo does
      return stopped;
    };
    const { server, clock, last, waiting, stop } = await watchFeed({ wake, linger: 0 });
    (await server.next()).answer(503);
    await waiting();
    expect(last().status).toBe("reconnecting");
    tell(); // somebody looks
    const stream = (await server.next()).open().send(live(0));
    await until(() => last().status === "live");
    tell(false);
    expect(last().status).toBe("live");
    stream.cut();
    await until(() => last().status === "paused");
    expect(clock.pending).toEqual([22_500]);
    tell(true);
    (await server.next()).open().send(live(0));
    await until(() => last().status === "live");
    expect(server.requests).toHaveLength(3);
    stop();
    expect(stopped).toHaveBeenCalledOnce();
    expect(listeners()).toBe(0);
  });

  test("listeners are removed with the connection", async () => {
    const { listeners } = stubBrowser();
    const { server, stop } = await watchFeed({ linger: 0 });
    await server.next();
    expect(listeners()).toBe(4);
    stop();
    expect(listeners()).toBe(0);
  });
});

test("stopping during a wait leaves no timer, and no request follows", async () => {
  const { server, clock, stop, waiting } = await watchFeed({ linger: 0 });
  (await server.next()).answer(503);
  await waiting();
  stop();
  expect(clock.pending).toEqual([]);
});

test("stopping in a handler of the connection leaves nothing behind", async () => {
  const { server, clock, client } = await setUp({ linger: 0 });
  let stops = 0;
  const stop = client.feed.subscribe(undefined, {
    onConnection({ status }) {
      if (status !== "live") return;
      stops++;
      stop();
    },
  });
  const stream = (await server.next()).open().send(live(0), post("a", 1));
  await until(() => stream.isGone);
  expect(stops).toBe(1);
  expect(clock.pending).toEqual([]);
});
