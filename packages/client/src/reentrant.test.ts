import type { Frame } from "@sluice/contract/wire";
import { describe, expect, test } from "vitest";
import type { ClientOptions } from "./client-options.js";
import { systemClock } from "./platform/clock.js";
import type { ScriptedRequest } from "./test-kit/scripted-server.test-kit.js";
import { event, live, post, setUp, until } from "./test-kit/set-up.test-kit.js";

// What the application's functions may do while the client is calling them.

type Act = () => void;

/** Options or handlers of the application that call `act`. */
interface Caller {
  readonly options?: (act: Act) => Partial<ClientOptions>;
  readonly handlers?: (act: Act) => Handlers;
}
type Handlers = Record<string, (...args: unknown[]) => void>;

/** `work`, which acts in its nth call. */
function actsAt<Args extends unknown[], Result>(nth: number, act: Act, work: (...args: Args) => Result) {
  let calls = 0;
  return (...args: Args): Result => {
    if (++calls === nth) act();
    return work(...args);
  };
}

const callers: [string, Caller][] = [];
for (const nth of [1, 2, 3, 4]) {
  callers.push(
    [`headers, call ${nth}`, { options: (act) => ({ headers: actsAt(nth, act, () => ({})) }) }],
    [`headers that wait, call ${nth}`, { options: (act) => ({ headers: actsAt(nth, act, async () => ({})) }) }],
    [`fetch, call ${nth}`, { options: (act) => ({ fetch: actsAt(nth, act, (url, init) => fetch(url, init)) }) }],
    [`onConnection, call ${nth}`, { handlers: (act) => ({ onConnection: actsAt(nth, act, () => {}) }) }],
  );
}
for (const [name, most] of [
  ["now", 6],
  ["monotonic", 16],
  ["setTimeout", 8],
  ["clearTimeout", 8],
] as const) {
  for (let nth = 1; nth <= most; nth++) {
    const options: Caller["options"] = (act) => {
      const clock = { ...systemClock, [name]: actsAt(nth, act, systemClock[name] as () => number) };
      return { clock };
    };
    callers.push([`clock.${name}, call ${nth}`, { options }]);
  }
}
for (const name of ["onEvent", "onReset", "onEnd"]) {
  callers.push([name, { handlers: (act) => ({ [name]: actsAt(1, act, () => {}) }) }]);
}
callers.push(
  ["retry.random", { options: (act) => ({ retry: { base: 1, max: 1, random: actsAt(1, act, () => 0) } }) }],
  ["onUnauthorized", { options: (act) => ({ onUnauthorized: actsAt(1, act, () => {}) }) }],
  ["onSkippedEvent", { options: (act) => ({ onSkippedEvent: actsAt(1, act, () => {}) }) }],
);

/** Opens a stream, of one lane or of numbered ones, and sends these frames in each. */
function serve(request: ScriptedRequest, ...frames: Frame[]): ScriptedRequest {
  const { subscriptions } = (request.body ?? {}) as { subscriptions?: unknown[] };
  if (!subscriptions) return request.open({}, 1).send(...frames);
  request.begin(1);
  const open = { kind: "open", stream: "live", heartbeat: 15_000, resumable: true, head: "E.0.0" } as const;
  for (const lane of subscriptions.keys()) {
    request.send({ ...open, lane, subscriptions: [lane] }, ...frames.map((frame) => ({ ...frame, lane }) as Frame));
  }
  return request;
}

/** A server that refuses, cuts and ends; a client that counts its timers and requests; and what its handlers were told. */
async function world(
  multiplex: boolean,
  { options = () => ({}), handlers = () => ({}) }: Caller,
  linger: number,
  act: Act,
) {
  const given = options(act);
  const clock = given.clock ?? systemClock;
  const timers = new Set<unknown>();
  const requests: (AbortSignal | undefined)[] = [];
  const { server, client } = await setUp({
    retry: { base: 1, max: 1 },
    onUnauthorized: () => {},
    onSkippedEvent: () => {},
    linger,
    multiplex,
    ...given,
    fetch(url, init) {
      requests.push(init.signal);
      return (given.fetch ?? fetch)(url, init);
    },
    clock: {
      ...clock,
      setTimeout(run, ms) {
        const id = clock.setTimeout(() => {
          timers.delete(id);
          run();
        }, ms);
        timers.add(id);
        return id;
      },
      clearTimeout(id) {
        timers.delete(id);
        clock.clearTimeout(id);
      },
    },
  });
  void (async () => {
    (await server.next()).answer(401);
    (await server.next()).answer(503);
    serve(await server.next(), live(0), post("a", 1)).cut();
    for (;;) {
      const reset = { kind: "reset", reason: "trimmed", oldest: "E.5.m5", head: "E.5.m5" } as const;
      const frames = [event("newer", 1, 2), post("b", 3), live(3), reset, post("c", 6), { kind: "end" } as const];
      serve(await server.next(), ...frames);
    }
  })();
  const told: string[] = [];
  const acting = handlers(act);
  const tell = (name: string) => [
    name,
    (...args: unknown[]) => {
      told.push(name);
      acting[name]?.(...args);
    },
  ];
  const names = ["onConnection", "onEvent", "onReset", "onEnd", "onError"];
  return {
    client,
    told,
    handlers: Object.fromEntries(names.map(tell)) as Handlers,
    ends: () => told.filter((name) => name === "onEnd" || name === "onError").length,
    /** Nothing is open, and nothing will be. */
    async closed() {
      await new Promise((resolve) => setTimeout(resolve));
      await until(() => timers.size === 0 && requests.every((signal) => signal?.aborted));
    },
  };
}

const transports = ["multiplexed", "direct"] as const;
const cases = transports.flatMap((transport) =>
  callers.map(([name, caller]) => [name, transport, caller, transport === "multiplexed"] as const),
);

describe.each(cases)("%s may, where the transport is %s,", (_, __, caller, multiplex) => {
  test("close the client: nothing is left open, and the end is told once", async () => {
    const { client, told, handlers, ends, closed } = await world(multiplex, caller, 1_000, () => client.$close());
    client.feed.subscribe(handlers);
    client.feed.subscribe(handlers);
    await until(() => ends() >= 2);
    client.$close();
    await closed();
    expect(ends()).toBe(2);
    // Who comes after it gets the error of a closed client.
    for (const last of told.slice(-2)) expect(["onEnd", "onError"]).toContain(last);
  });

  test("close the client of a loop: it ends", async () => {
    const { client, closed } = await world(multiplex, caller, 1_000, () => client.$close());
    const read = async () => {
      for await (const _event of client.feed.iterate({ onReset() {} } as never));
    };
    await read().catch(() => {});
    client.$close();
    await closed();
  });

  test.each([0, 1_000])("unsubscribe: nothing is left open, and no handler is called (linger: %d)", async (linger) => {
    const own = new AbortController();
    let after = -1;
    const { client, told, handlers, ends, closed } = await world(multiplex, caller, linger, () => {
      own.abort();
      after = told.length;
    });
    client.feed.subscribe({ ...handlers, signal: own.signal });
    await until(() => own.signal.aborted || ends() > 0);
    own.abort();
    if (linger > 0) client.$close();
    await closed();
    if (after >= 0) expect(told).toHaveLength(after);
  });

  test("leave and subscribe anew: the new one gets what comes, and nothing else is open", async () => {
    const own = new AbortController();
    const posts: string[] = [];
    let isAnew = false;
    const over = () => {
      isAnew = true;
    };
    const { client, handlers, ends, closed } = await world(multiplex, caller, 0, () => {
      own.abort();
      const on = { post: (text: string) => posts.push(text) };
      client.feed.subscribe({ on, onEnd: over, onError: over });
    });
    client.feed.subscribe({ ...handlers, signal: own.signal });
    await until(() => isAnew || (!own.signal.aborted && ends() > 0));
    if (own.signal.aborted && posts.length > 0) expect(posts.at(-1)).toBe("c");
    client.$close();
    await closed();
  });
});
