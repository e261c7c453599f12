import { getEventListeners } from "node:events";
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { createSluice, implement, type SluiceOptions } from "../index.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { type SluiceFetchOptions, sluiceFetch } from "./fetch.js";

const contract = defineContract({
  posts: subscription({ events: { post: z.object({ n: z.int(), pad: z.string() }) } }),
  tokens: subscription({ events: { token: z.string() } }),
  who: query({ output: z.unknown() }),
  add: mutation({ input: z.object({ n: z.int() }), output: z.int() }),
});

interface Context {
  readonly user?: string;
}

interface SetUp extends SluiceFetchOptions<Context> {
  readonly options?: SluiceOptions;
  readonly gate?: (signal: AbortSignal) => Promise<void>;
}

function setUp({ options, gate = async () => {}, ...given }: SetUp = {}) {
  const clock = new ManualClock();
  const reports: unknown[] = [];
  const s = implement(contract).$context<Context>();
  const gated = s.$middleware(async ({ signal, next }) => {
    await gate(signal);
    return next();
  });
  const router = s.$router({
    posts: s.posts.use(gated).live(),
    tokens: s.tokens.stream(async function* ({ signal }) {
      yield { type: "token", data: "a" };
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }),
    who: s.who.use(gated).handler(({ context }) => context),
    add: s.add.handler(({ input }) => input.n + 1),
  });
  const sluice = createSluice(router, { clock, onError: ({ error }) => reports.push(error), ...options });
  const handler = sluiceFetch(sluice, { base: "/api", ...given });
  return { clock, reports, sluice, handler };
}

const reason = new Error("enough");
const at = (path: string) => `http://host/api/${path}`;
const json = { "content-type": "application/json" };

/** Reads a body frame by frame, when it is told to. */
class BodyReader {
  readonly frames: Frame[] = [];
  readonly #decoder = createFrameDecoder((frame) => this.frames.push(frame));
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor({ body }: Response) {
    this.#reader = (body as ReadableStream<Uint8Array>).getReader();
  }

  read = () => this.#reader.read();
  cancel = () => this.#reader.cancel();

  async until(kind: Frame["kind"], count = 1): Promise<this> {
    while (this.frames.filter((frame) => frame.kind === kind).length < count) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`The body ended before ${count} × ${kind}`);
      this.#decoder.push(value);
    }
    return this;
  }

  get numbers(): number[] {
    return this.frames.flatMap((frame) => (frame.kind === "event" ? [JSON.parse(frame.data).n] : []));
  }
}

const post = (n: number, pad = "") => ({ type: "post", data: { n, pad } }) as const;
const turns = async (count = 5) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

describe("the options", () => {
  it.each([
    [{ base: "api" }, TypeError, 'base is "api"; allowed is a path such as "/api", or "".'],
    [{ bas: "" }, TypeError, /sluiceFetch: .*bas.*base, context, identify, maxDuration/],
    [{ context: 1 }, TypeError, /context is 1/],
    [{ maxDuration: 60 }, RangeError, "maxDuration is 60; allowed are whole milliseconds of at least 1000."],
    [{ maxDuration: 1_000.5 }, RangeError, /whole milliseconds/],
  ])("%j are refused", (options, type, message) => {
    const given = () => setUp(options as never);
    expect(given).toThrow(type);
    expect(given).toThrow(message);
  });
});

describe("a handler that is given a Request", () => {
  it("passes what the runtime adds to context and identify", async () => {
    const { sluice } = setUp();
    const seen: unknown[] = [];
    interface Env {
      readonly user: string;
    }
    const handler = sluiceFetch(sluice, {
      context: ({ headers }, env: Env) => ({ user: `${headers.get("x-user")} of ${env.user}` }),
      identify(_request, context, env: Env) {
        seen.push(context, env);
        return env.user;
      },
    });
    const env = { user: "env" };
    const answer = await handler(new Request("http://host/who", { headers: { "x-user": "ann" } }), env);
    expect(await answer.json()).toEqual({ output: { user: "ann of env" } });
    await (await handler(new Request("http://host/posts"), env)).body?.cancel();
    expect(seen).toEqual([{ user: "null of env" }, env]);
  });

  it.each(["http://host/other", "http://host/apiwho", "http://host/api/nothing", "http://host/api", "http://host/who"])(
    "answers 404 for %s, which is not in the contract",
    async (url) => {
      const answer = await setUp().handler(new Request(url));
      expect(await answer.json()).toMatchObject({ status: 404, code: "notFound" });
      expect(answer.status).toBe(404);
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    },
  );

  it("finds a procedure whatever query and fragment follow its path", async () => {
    for (const end of ["?a=1", "#here", "?a#here"]) {
      expect((await setUp().handler(new Request(at(`who${end}`)))).status).toBe(200);
    }
  });

  it("sends no body for HEAD, and opens no stream", async () => {
    const { handler, sluice } = setUp();
    for (const path of ["who", "posts", "nothing"]) {
      const answer = await handler(new Request(at(path), { method: "HEAD" }));
      expect([answer.body, answer.status]).toEqual([null, path === "nothing" ? 404 : 200]);
    }
    expect(sluice.stats().streams).toBe(0);
  });

  it("says what to do if the body was read before, instead of taking an empty input", async () => {
    const { handler, reports } = setUp();
    const send = () => new Request(at("add"), { method: "POST", headers: json, body: '{"input":{"n":1}}' });
    const read = send();
    await read.text();
    const locked = send();
    locked.body?.getReader();
    for (const request of [read, locked]) expect((await handler(request)).status).toBe(500);
    expect(reports).toEqual([1, 2].map(() => expect.objectContaining({ message: expect.stringMatching(/clone/) })));
    const copied = send();
    expect(await copied.clone().text()).toContain("input");
    expect(await (await handler(copied)).json()).toEqual({ output: 2 });
  });

  it("reads no more of a body than the limit", async () => {
    const { handler } = setUp({ options: { limits: { inputBytes: 1_000 } } });
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled++;
        controller.enqueue(new TextEncoder().encode(" ".repeat(300)));
      },
    });
    const init = { method: "POST", headers: json, body, duplex: "half" };
    const answer = await handler(new Request(at("add"), init as RequestInit));
    expect([answer.status, pulled]).toEqual([413, expect.toSatisfy((count: number) => count < 8)]);
  });

  it("answers 400 if the body breaks off", async () => {
    const { handler, reports } = setUp();
    const body = new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) });
    const init = { method: "POST", headers: json, body, duplex: "half" };
    expect((await handler(new Request(at("add"), init as RequestInit))).status).toBe(400);
    expect(reports).toEqual([]);
  });

  it("frees a stream whose body is cancelled", async () => {
    const { handler, sluice, clock } = setUp();
    for (const path of ["posts", "tokens"]) {
      const answer = await handler(new Request(at(path)));
      expect(sluice.stats().streams).toBe(1);
      await answer.body?.cancel();
      expect(sluice.stats().streams).toBe(0);
    }
    await turns();
    expect(clock.timers).toBe(0);
  });

  it("frees a stream when the request's signal aborts, and ends its body", async () => {
    const { handler, sluice, clock } = setUp();
    const client = new AbortController();
    const reader = new BodyReader(await handler(new Request(at("posts"), { signal: client.signal })));
    await reader.until("live");
    const next = reader.read();
    client.abort();
    expect([await next, sluice.stats().streams]).toEqual([{ done: true, value: undefined }, 0]);
    await turns();
    expect(clock.timers).toBe(0);
  });

  it("refuses without the header connection, which is the runtime's, while its server drains", async () => {
    const { handler, sluice } = setUp();
    await sluice.drain();
    const { status, headers } = await handler(new Request(at("posts")));
    expect([status, headers.get("retry-after"), headers.get("connection")]).toEqual([503, "1", null]);
  });

  it("opens nothing for a client that left before it was let in", async () => {
    let go = () => {};
    const { handler, sluice } = setUp({ gate: () => new Promise<void>((resolve) => (go = resolve)) });
    const client = new AbortController();
    const answer = handler(new Request(at("posts"), { signal: client.signal }));
    await turns();
    client.abort();
    go();
    expect((await answer).status).toBe(499);
    expect(sluice.stats()).toMatchObject({ streams: 0, topics: 0 });
  });
});

describe("a client that leaves while context hangs", () => {
  it("gets its response settled, whichever way it called", async () => {
    const { handler, sluice } = setUp({ context: () => new Promise(() => {}) });
    for (const path of ["who", "posts"]) {
      const client = new AbortController();
      const { signal } = client;
      const answers = [handler(new Request(at(path), { signal })), handler(at(path), { signal })] as const;
      await turns();
      client.abort(reason);
      expect((await answers[0]).status).toBe(499);
      await expect(answers[1]).rejects.toBe(reason);
    }
    expect(sluice.stats()).toMatchObject({ streams: 0, topics: 0 });
  });
});

describe("a body that nobody reads", () => {
  it("takes little of a burst, and later gets all of it in order", async () => {
    const { handler, sluice } = setUp();
    const reader = await new BodyReader(await handler(new Request(at("posts")))).until("live");
    const total = 500;
    for (let n = 1; n <= total; n++) {
      await sluice.topic(contract.posts).publish(post(n, "x".repeat(10_000)));
      if (n % 50 === 0) await turns(1);
    }
    await turns();
    expect(sluice.stats()).toMatchObject({ lagging: 1, published: total });
    expect(sluice.stats().bytes).toBeLessThan(700_000);
    await reader.until("event", total);
    expect(reader.numbers).toEqual(Array.from({ length: total }, (_, index) => index + 1));
    await sluice.topic(contract.posts).publish(post(total + 1));
    await reader.until("event", total + 1);
  });

  it("fails after the stall timeout, with an error that prints no stack", async () => {
    const { handler, sluice, clock } = setUp({ options: { stallTimeout: 5_000 } });
    const answer = await handler(new Request(at("posts")));
    await sluice.topic(contract.posts).publish(post(1, "x".repeat(100_000)));
    await turns();
    clock.advance(6_000);
    expect(sluice.stats().streams).toBe(0);
    const error = await answer.text().catch((thrown) => thrown);
    expect([error.name, error.stack.split("\n").length]).toEqual(["AbortError", 1]);
    expect(clock.timers).toBe(0);
  });

  it("shares the bytes of an event with all other bodies", async () => {
    const { handler, sluice } = setUp();
    const readers = [];
    for (let i = 0; i < 3; i++) readers.push(new BodyReader(await handler(new Request(at("posts")))));
    await Promise.all(readers.map((reader) => reader.until("live")));
    const chunks = readers.map(async (reader) => (await reader.read()).value);
    await sluice.topic(contract.posts).publish(post(1));
    const [first, ...others] = await Promise.all(chunks);
    expect(new TextDecoder().decode(first)).toMatch(/^id: .*\nevent: post\ndata: .*\n\n$/);
    for (const other of others) expect(other).toBe(first);
  });
});

describe("a handler that is called like fetch", () => {
  it("sends method, headers and body", async () => {
    const { handler } = setUp({ context: ({ headers }) => ({ user: headers.get("x-user") ?? "" }) });
    const init = { method: "POST", headers: json, body: '{"input":{"n":1}}', credentials: "include" } as const;
    expect(await (await handler(at("add"), init)).json()).toEqual({ output: 2 });
    const who = await handler(new URL(at("who")), { headers: { "x-user": "ann" } });
    expect(await who.json()).toEqual({ output: { user: "ann" } });
  });

  it("rejects for a URL that is not absolute", async () => {
    await expect(setUp().handler("/api/who")).rejects.toThrow(TypeError);
  });

  it("rejects with the signal's reason if it aborts while the middleware runs, and tells the middleware", async () => {
    let left: AbortSignal | undefined;
    const { handler } = setUp({
      gate(signal) {
        left = signal;
        return new Promise(() => {});
      },
    });
    for (const path of ["who", "posts"]) {
      const caller = new AbortController();
      const answer = handler(at(path), { signal: caller.signal });
      await turns();
      expect(left?.aborted).toBe(false);
      caller.abort(reason);
      await expect(answer).rejects.toBe(reason);
      expect(left?.aborted).toBe(true);
    }
  });

  it("rejects at once for a signal that has aborted, and runs nothing", async () => {
    const ran = vi.fn();
    const { handler } = setUp({ context: ran as never, gate: ran });
    const add = { method: "POST", headers: json, body: '{"input":{"n":1}}' };
    for (const [path, init] of [["who"], ["add", add], ["posts"]] as const) {
      const left = { ...init, signal: AbortSignal.abort(reason) };
      await expect(handler(at(path), left)).rejects.toBe(reason);
      expect((await handler(new Request(at(path), left))).status).toBe(499);
      await turns();
    }
    expect(ran).not.toHaveBeenCalled();
  });

  it("breaks the body off when its signal aborts, and frees the stream", async () => {
    const { handler, sluice } = setUp();
    const caller = new AbortController();
    const reader = new BodyReader(await handler(at("posts"), { signal: caller.signal }));
    await reader.until("live");
    const next = reader.read();
    caller.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(sluice.stats().streams).toBe(0);
  });

  it("leaves no listener on a signal that outlives it", async () => {
    const { handler, sluice } = setUp();
    const { signal } = new AbortController();
    await (await handler(at("who"), { signal })).text();
    const cancelled = await handler(at("posts"), { signal });
    await cancelled.body?.cancel();
    const ended = await handler(at("posts"), { signal });
    await sluice.disconnect({ path: "posts" });
    expect(await ended.text()).toContain("forbidden");
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("takes a signal of another realm, as jsdom's is", async () => {
    const own = new AbortController();
    const { signal } = own;
    const foreign = {
      get aborted() {
        return signal.aborted;
      },
      get reason() {
        return signal.reason;
      },
      addEventListener: signal.addEventListener.bind(signal),
      removeEventListener: signal.removeEventListener.bind(signal),
    } as AbortSignal;
    const { handler, sluice } = setUp();
    const reader = await new BodyReader(await handler(at("posts"), { signal: foreign })).until("live");
    own.abort(reason);
    await expect(reader.read()).rejects.toBe(reason);
    expect(sluice.stats().streams).toBe(0);
  });
});

describe("maxDuration", () => {
  /** When a stream's client is asked to reopen, in milliseconds. */
  async function handOverTime(given: SetUp): Promise<number> {
    const { handler, clock } = setUp(given);
    const reader = await new BodyReader(await handler(new Request(at("posts")))).until("live");
    const drained = reader.until("drain");
    let isOver = false;
    void drained.then(() => (isOver = true));
    for (; !isOver && clock.now() < 400_000; clock.advance(250)) await turns(1);
    await drained;
    return clock.now();
  }

  it.each([
    [300_000, 0.8 * 293_000, 293_000],
    [60_000, 0.8 * 53_000, 53_000],
    [10_000, 0.8 * 5_000, 5_000],
    [1_000, 0.8 * 500, 500],
  ])("of %d ms: clients are asked to reopen after %d to %d ms", async (maxDuration, from, to) => {
    const time = await handOverTime({ maxDuration });
    expect(time).toBeGreaterThanOrEqual(from - 500); // its measure is the machine's time, which has gone on
    expect(time).toBeLessThanOrEqual(to + 750);
  });

  it("does not make a stream outlive streamLife", async () => {
    const options = { limits: { streamLife: 20_000 } };
    expect(await handOverTime({ maxDuration: 300_000, options })).toBeLessThanOrEqual(20_750);
  });

  it("counts from the request: a slow opening leaves less time", async () => {
    let now = 0;
    const spy = vi.spyOn(performance, "now").mockImplementation(() => now);
    const gate = async () => {
      now = 50_000;
    };
    try {
      expect(await handOverTime({ maxDuration: 60_000, gate })).toBeLessThanOrEqual(5_750);
    } finally {
      spy.mockRestore();
    }
  });

  it("leaves a plain generator alone: it can't be handed over", async () => {
    const { handler, clock, sluice } = setUp({ maxDuration: 1_000 });
    const reader = await new BodyReader(await handler(new Request(at("tokens")))).until("event");
    clock.advance(60_000);
    await reader.until("comment", 3);
    expect(reader.frames.some(({ kind }) => kind === "drain")).toBe(false);
    expect(sluice.stats().streams).toBe(1);
    await reader.cancel();
  });
});
