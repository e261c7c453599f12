import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createFrameDecoder, encodeFrame, type Frame } from "@sluice/contract/wire";
import { type Cursor, type Log, memoryLog } from "@sluice/log";
import { expect, it, onTestFinished } from "vitest";
import { NodeSink } from "../http/node-sink.js";
import { serveLanes } from "../test-kit/lanes.test-kit.js";
import { Lifetime } from "../time/lifetime.js";
import { untold } from "../topic/read-log.test-kit.js";
import { SharedBytes } from "../topic/shared-bytes.js";

const topics = ["busy", "quiet"] as const;
/** The topics' own numbers, in the order in which they are first followed. */
const [busy, quiet] = [0, 2];
const pad = "x".repeat(10_000);

function deferred<T>() {
  let resolve: (value: T | PromiseLike<T>) => void = () => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

interface Options {
  readonly log?: Log;
  readonly expiresAt?: number;
  readonly filter?: (event: { readonly data: unknown }) => boolean;
}

/** An event stream over a real socket, with one lane for each of two topics. */
async function setUp({ log = memoryLog(), expiresAt = Number.POSITIVE_INFINITY, filter }: Options = {}) {
  const { begin, publish, ...parts } = serveLanes({ log });

  async function serve(res: ServerResponse) {
    res.writeHead(200, { "content-type": "text/event-stream" });
    const lifetime = new Lifetime();
    res.on("close", () => lifetime.end());
    const { stream, add } = begin(new NodeSink(res), lifetime, topics.length);
    return { stream, res, add, lanes: [await add("busy", { filter, expiresAt }), await add("quiet")] };
  }

  const server = createServer((_req, res) => serving.resolve(serve(res)));
  const serving = deferred<ReturnType<typeof serve>>();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const [response] = (await once(get({ port: (server.address() as AddressInfo).port }), "response")) as [
    IncomingMessage,
  ];
  const frames: Frame[] = [];
  const decoder = createFrameDecoder((frame) => frames.push(frame));
  response.on("data", (chunk) => decoder.push(chunk)).on("error", () => {});
  const of = (lane: number) => frames.filter((frame) => "lane" in frame && frame.lane === lane);
  const posts = (lane: number) => of(lane).flatMap((frame) => (frame.kind === "event" ? [JSON.parse(frame.data)] : []));
  const until = async (isSo: () => boolean) => {
    for (const end = Date.now() + 20_000; !isSo(); ) {
      if (Date.now() > end) throw new Error(`Waited in vain; received ${frames.length} frames.`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const served = await serving.promise;
  await until(() => of(busy).length > 1 && of(quiet).length > 1);
  return { ...served, ...parts, response, frames, of, posts, publish, until };
}

const numbers = (length: number) => Array.from({ length }, (_, n) => `${n}`);

it("each lane has the frames of a stream of its own", async () => {
  const { frames, of, posts, publish, until } = await setUp();
  await publish("busy", "a", "b");
  await publish("quiet", "c");
  await until(() => posts(busy).length + posts(quiet).length === 3);
  expect(frames[0]).toEqual({ kind: "retry", ms: 1_000 });
  expect(of(busy).map(({ kind }) => kind)).toEqual(["open", "live", "event", "event"]);
  expect(of(busy)[0]).toMatchObject({ stream: "live", resumable: true, subscriptions: [0], heartbeat: 15_000 });
  expect(of(quiet)[0]).toMatchObject({ subscriptions: [1] });
  expect([posts(busy), posts(quiet)]).toEqual([["a", "b"], ["c"]]);
  expect(frames).toHaveLength(1 + of(busy).length + of(quiet).length);
});

it("a filter applies to its own lane only", async () => {
  const { posts, publish, until } = await setUp({ filter: ({ data }) => data !== "b" });
  await publish("busy", "a", "b", "c");
  await publish("quiet", "b");
  await until(() => posts(busy).length + posts(quiet).length === 3);
  expect([posts(busy), posts(quiet)]).toEqual([["a", "c"], ["b"]]);
});

it("a client that does not read fills no memory, and later gets all events of both lanes, those of the quiet lane in turn", async () => {
  const { frames, response, res, stream, posts, publish, until } = await setUp();
  response.pause();
  let sent = 0;
  const more = async () => {
    await publish("busy", `${sent++} ${pad}`);
    await new Promise((resolve) => setImmediate(resolve));
  };
  while (!stream.full) await more();
  const held = res.writableLength;
  for (let n = 0; n < 300; n++) await more();
  await publish("quiet", ...numbers(20));
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(res.writableLength).toBe(held);
  response.resume();
  await until(() => posts(busy).length === sent && posts(quiet).length === 20);
  expect(posts(busy)).toEqual(numbers(sent).map((n) => `${n} ${pad}`));
  expect(posts(quiet)).toEqual(numbers(20));
  const lastQuiet = frames.findLastIndex((frame) => "lane" in frame && frame.lane === quiet);
  expect(frames.length - lastQuiet).toBeGreaterThan(200);
}, 30_000);

it.each([
  ["goes on with what it has read", (log: Log, cursor: Cursor) => log.trim("quiet", cursor), [...numbers(5), "new"]],
  ["forgets what was deleted meanwhile", (log: Log) => log.free("quiet"), ["new"]],
])("a lane that is opened while its client does not read %s", async (_, lose, expected) => {
  const log = memoryLog();
  const late = 1; // its topic has a lane of the topic's number already
  const { add, response, stream, of, posts, publish, until } = await setUp({ log });
  const { cursor } = await publish("quiet", ...numbers(5));
  response.pause();
  while (!stream.full) {
    await publish("busy", pad);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await add("quiet", { from: "oldest" });
  await lose(log, cursor);
  await publish("quiet", "new");
  response.resume();
  await until(() => of(late).some(({ kind }) => kind === "live") && posts(late).at(-1) === "new");
  expect(posts(late)).toEqual(expected);
});

it("a shared snapshot of any length gets the lane's number, and later frames follow it", async () => {
  const { lanes, frames, of, posts, publish, until } = await setUp();
  const data = JSON.stringify("é".repeat(1_000_000));
  const id = (of(busy)[1] as { readonly id: string }).id;
  lanes[0]?.sendShared(new SharedBytes(encodeFrame({ kind: "snapshot", data, id })));
  await publish("busy", "a");
  await publish("quiet", "b");
  await until(() => posts(busy).length + posts(quiet).length === 2);
  expect(of(busy)[2]).toEqual({ kind: "snapshot", lane: busy, data, id });
  expect(frames).toHaveLength(1 + of(busy).length + of(quiet).length);
});

it("a lane whose log does not answer does not delay the other lane", async () => {
  const log = memoryLog();
  let isHung = false;
  const hung = deferred<void>();
  const slow: Log = {
    ...untold(log),
    open: async (topic, options) => {
      if (isHung && topic === "busy") await hung.promise;
      return log.open(topic, options);
    },
  };
  const { posts, publish, until } = await setUp({ log: slow });
  isHung = true;
  await publish("busy", "a");
  await publish("quiet", ...numbers(10));
  await until(() => posts(quiet).length === 10);
  expect(posts(busy)).toEqual([]);
  hung.resolve();
  await until(() => posts(busy).length === 1);
});

it.each(["reads", "doesn't read"])(
  "a revoked lane gets no more events, and the other lane gets all, if the client %s",
  async (how) => {
    const { lanes, response, stream, hub, of, posts, publish, until } = await setUp();
    const isStalled = how === "doesn't read";
    if (isStalled) response.pause();
    let sent = 0;
    do {
      await publish("busy", `${sent++} ${pad}`);
      await publish("quiet", `${sent}`);
      await new Promise((resolve) => setImmediate(resolve));
    } while (isStalled && !stream.full);
    if (!isStalled) await until(() => posts(busy).length === sent);
    lanes[0]?.revoke("forbidden", "revoked", { isFinal: true });
    await publish("busy", "later");
    await publish("quiet", "later");
    response.resume();
    await until(() => posts(quiet).includes("later"));
    expect(of(busy).at(-1)).toEqual({ kind: "error", lane: busy, code: "forbidden", message: "revoked", final: true });
    expect(posts(busy)).not.toContain("later");
    expect(posts(quiet)).toEqual([...numbers(sent).map((n) => `${Number(n) + 1}`), "later"]);
    expect([hub.has("busy"), hub.has("quiet"), stream.closed]).toEqual([false, true, false]);
  },
);

it("the expiry of one lane's authorisation does not affect the other", async () => {
  const { clock, of, posts, publish, until } = await setUp({ expiresAt: 1_000 });
  clock.advance(1_250);
  await publish("busy", "a");
  await publish("quiet", "a");
  await until(() => posts(quiet).length === 1);
  expect(of(busy).at(-1)).toMatchObject({ kind: "error", code: "unauthorized", final: false });
  expect(posts(busy)).toEqual([]);
});

it("a lane begins with `$open` even if its authorisation expires before that is written (PROTOCOL §10.2)", async () => {
  const { add, frames, of, until } = await setUp();
  const { number } = await add("late", { expiresAt: 0 });
  await until(() => frames.some(({ kind }) => kind === "error"));
  expect(of(number)).toMatchObject([{ kind: "open" }, { kind: "error", code: "unauthorized" }]);
});

it("a lane begins with `$open` even if it is revoked while that waits for the socket (PROTOCOL §10.2)", async () => {
  const { stream, frames, of, response, add, publish, until } = await setUp();
  response.pause();
  for (let n = 0; n < 10_000 && !stream.full; n++) {
    await publish("busy", pad.repeat(20));
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(stream.full).toBe(true);
  const late = await add("late");
  late.revoke("forbidden", "no more", { isFinal: true });
  response.resume();
  await until(() => frames.some(({ kind }) => kind === "error"));
  expect(of(late.number)).toMatchObject([{ kind: "open" }, { kind: "error", code: "forbidden" }]);
});

it("a drain is sent once for all lanes, and both continue until the client leaves", async () => {
  const { stream, connections, hub, response, frames, posts, publish, until } = await setUp();
  stream.drain();
  await publish("busy", "a");
  await publish("quiet", "b");
  await until(() => posts(busy).length + posts(quiet).length === 2);
  expect(frames.filter(({ kind }) => kind === "drain")).toHaveLength(1);
  response.destroy();
  await until(() => connections.size === 0);
  expect(hub.size).toBe(0);
});

it("the stream ends with its last lane", async () => {
  const { lanes, clock, connections, frames, response, until } = await setUp();
  lanes[0]?.finish({ kind: "end" });
  expect(connections.size).toBe(1);
  lanes[1]?.revoke("tooManyRequests", "later", { isFinal: false });
  await until(() => response.complete);
  expect(frames.slice(-3)).toMatchObject([
    { kind: "end", lane: busy },
    { kind: "error", lane: quiet },
    { kind: "end" },
  ]);
  expect([frames.at(-1), connections.size, clock.timers]).toEqual([{ kind: "end" }, 0, 0]);
});

it("the connection ends with the stream if a lane of it is unavailable: the next request is for another server", async () => {
  const { lanes, frames, response, until } = await setUp();
  lanes[0]?.revoke("unavailable", "later", { isFinal: false });
  lanes[1]?.finish({ kind: "end" });
  await until(() => response.destroyed);
  expect([frames.at(-1), response.complete]).toEqual([{ kind: "end" }, false]);
});

it("the stream sends a heartbeat if no lane has something to say", async () => {
  const { clock, frames, until } = await setUp();
  clock.advance(15_250);
  await until(() => frames.at(-1)?.kind === "comment");
});
