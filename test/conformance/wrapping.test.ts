import { constants, createGzip } from "node:zlib";
import { sluiceExpress } from "@sluice/server/express";
import compression from "compression";
import express, { type RequestHandler, type Response } from "express";
import express4 from "express-4";
import { describe, expect, it } from "vitest";
import { type Adapter, adapters } from "./adapters.js";
import { ask } from "./ask.js";
import { serveBeside } from "./beside.js";
import { lastOf, publishBurst } from "./burst.js";
import { posts } from "./events.js";
import { Raw } from "./raw.js";
import { open } from "./reader.js";
import { expectSameBody, type Subscriber, subscribe } from "./subscriber.js";
import { eventually, turns } from "./within.js";
import { startWorld, type World } from "./world.js";

const node = adapters.find(({ name }) => name === "node") as Adapter;

type Middleware = () => RequestHandler;

/** Compresses even what must not be transformed, and sends each chunk at once. */
const gzipAll: Middleware = () => (_req, res, next) => {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  const end = res.end.bind(res);
  const write = res.write.bind(res);
  gzip.on("data", write).on("end", end);
  gzip.on("drain", () => res.emit("drain"));
  res.setHeader("content-encoding", "gzip");
  Object.assign(res, { write: gzip.write.bind(gzip), end: gzip.end.bind(gzip), flushHeaders: () => {} });
  next();
};

/** Changes the body without a header that says so. */
const turnNumbers: Middleware = () => (_req, res, next) => {
  const write = res.write.bind(res) as (chunk: unknown) => boolean;
  res.write = (chunk: Buffer | string) => write(Buffer.from(chunk.toString().replaceAll('"n":', '"N":')));
  next();
};

const pass: RequestHandler = (_req, _res, next) => next();
const page: RequestHandler = (_req, res) => void res.send("p".repeat(5_000));

const wraps: [string, Middleware, (body: string) => string][] = [
  ["compression()", compression as Middleware, (body) => body],
  ["compression() without a threshold", () => compression({ threshold: 0, filter: () => true }), (body) => body],
  ["one that compresses all the same", gzipAll, (body) => body],
  ["one that changes what passes", turnNumbers, (body) => body.replaceAll('"n":', '"N":')],
];

describe.each([
  ["express", express],
  ["express 4", express4],
])("behind middleware of %s", (_name, make) => {
  const serve = (world: World, ...before: RequestHandler[]) => {
    const sluice = sluiceExpress(world.sluice, { context: () => ({ user: null }) });
    return serveBeside(
      world,
      make()
        .use(pass, ...before)
        .use("/api", sluice)
        .use(compression())
        .get("/api/page", page),
    );
  };
  const takingGzip = { headers: { "accept-encoding": "gzip" } };

  it.each(wraps)("%s, events arrive at once, and are the same for all (PROTOCOL §4.1)", async (_what, wrap, seen) => {
    const world = await startWorld(node);
    const wrapped = await serve(world, wrap());
    const all: Subscriber[] = [];
    for (const place of [wrapped, world, wrapped, world]) {
      all.push(await subscribe(place, new Raw(place.port), "feed/head", "Accept-Encoding: gzip").live());
    }
    const [first, second] = all as [Subscriber, Subscriber];
    for (const n of [-3, -2, -1]) {
      await world.topic(world.contract.feed.head).publish(posts(n));
      await first.until(seen(`"n":${n}`));
    }
    await publishBurst(world);
    await Promise.all(all.map((each, index) => each.until(index % 2 === 0 ? seen(lastOf()) : lastOf())));
    const { body } = second;
    for (const [index, each] of all.entries()) expectSameBody(each.body, index % 2 === 0 ? seen(body) : body);
  });

  it("that compresses, a stream stays uncompressed, and other responses are compressed (PROTOCOL §4.1)", async () => {
    const world = await startWorld(node);
    const wrapped = await serve(world, compression());
    const stream = await subscribe(wrapped, new Raw(wrapped.port), "feed/head", "Accept-Encoding: gzip").live();
    expect(stream.answer.headers).not.toHaveProperty("content-encoding");
    const input = { matchId: "x".repeat(5_000) };
    expect((await open(wrapped, "scores/find", { input, ...takingGzip })).response.headers).toMatchObject({
      "content-encoding": "gzip",
    });
    expect((await ask(wrapped, "scores/find", { input })).json).toEqual({ output: { ...input, limit: 5 } });
  });

  it("and before one that compresses, only requests that Sluice passes on are compressed (PROTOCOL §2.3)", async () => {
    const world = await startWorld(node);
    const place = await serve(world);
    const { response } = await open(place, "page", takingGzip);
    expect(response.headers).toMatchObject({ "content-encoding": "gzip" });
    const stream = await subscribe(place, new Raw(place.port), "feed/head", "Accept-Encoding: gzip").live();
    await publishBurst(world);
    await stream.until(lastOf());
    expect(stream.answer.headers).not.toHaveProperty("content-encoding");
  });

  it("that holds a response back, nothing overtakes it (PROTOCOL §4.2)", async () => {
    const world = await startWorld(node);
    const responses: Response[] = [];
    const place = await serve(world, (_req, res, next) => {
      res.cork();
      responses.push(res);
      next();
    });
    const plain = await subscribe(world, new Raw(world.port), "feed/head").live();
    const held = subscribe(place, new Raw(place.port), "feed/head");
    await eventually(() => expect(world.parts.admission.streams.size).toBe(2));
    await turns();
    world.clock.advance(2 * world.parts.streams.heartbeat);
    for (const n of [1, 2])
      await world
        .topic(world.contract.feed.head)
        .publish(posts(n))
        .then(() => turns(3));
    for (const response of responses) response.uncork();
    await held.until('"n":2');
    await publishBurst(world);
    await Promise.all([held.until(lastOf()), plain.until(lastOf())]);
    const whole = ({ answer }: Subscriber) => answer.body.toString();
    expectSameBody(whole(held), whole(plain));
  });

  it("that ends a response by itself, nothing follows its end (PROTOCOL §4.4)", async () => {
    const world = await startWorld(node);
    const responses: Response[] = [];
    const place = await serve(world, (_req, res, next) => {
      responses.push(res);
      next();
    });
    const stream = await subscribe(place, new Raw(place.port), "feed/head").live();
    const [response] = responses as [Response];
    const publish = (pad: string) =>
      world.topic(world.contract.feed.head).publish({ type: "post", data: { n: 1, pad } });
    // After `end()`, the socket must still take the rest.
    stream.raw.socket.pause();
    while (!response.socket?.writableLength) await publish("x".repeat(15_000)).then(() => turns(3));
    response.end();
    for (let i = 0; i < 3; i++) await publish("").then(() => turns(3));
    stream.raw.ask("GET", `${place.base}/scores/find?input={"matchId":"next"}`).socket.resume();
    await stream.until('"matchId":"next"');
    expect(stream.answers.map(({ status, complete }) => [status, complete])).toEqual([
      [200, true],
      [200, true],
    ]);
  });
});
