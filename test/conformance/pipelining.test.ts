import type { Socket } from "node:net";
import { expect, it } from "vitest";
import { describeSockets } from "./adapters.js";
import { lastOf, publishBurst } from "./burst.js";
import { posts } from "./events.js";
import { httpAnswers } from "./http-answers.js";
import { Raw } from "./raw.js";
import { Subscriber, subscribe } from "./subscriber.js";
import { eventually, turns } from "./within.js";
import { startWorld, type World } from "./world.js";

const find = (world: World, raw: Raw, matchId: string) =>
  raw.ask("GET", `${world.base}/scores/find?input=${encodeURIComponent(JSON.stringify({ matchId }))}`);

const json = ["Host: localhost", "Content-Type: application/json"];
const post = (raw: Raw, target: string, body: string) =>
  raw.send(`POST ${target} HTTP/1.1`, ...json, `Content-Length: ${body.length}`, "", body);
const chunked = (raw: Raw, target: string) =>
  raw.send(`POST ${target} HTTP/1.1`, ...json, "Transfer-Encoding: chunked", "", "2", "{}", "0", "", "");

/** A promise that the test settles. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const outlines = ({ answers }: Subscriber) => answers.map(({ status, complete }) => [status, complete]);

describeSockets("pipelined on one connection", (adapter) => {
  it("a stream waits for the query before it, unopened and uncounted, and other connections' streams don't (PROTOCOL §2.5)", async () => {
    const { opened, open } = gate();
    const world = await startWorld(adapter, { find: (input) => opened.then(() => input) });
    const held = new Subscriber(subscribe(world, find(world, new Raw(world.port), "slow"), "feed/head").raw, 1);
    await eventually(() => expect(world.parts.admission.openings.size).toBe(2));
    const other = await subscribe(world, new Raw(world.port), "feed/head").live();
    await publishBurst(world);
    await other.until(lastOf());
    expect([held.raw.text, world.sluice.stats().streams]).toEqual(["", 1]);
    open();
    await held.live();
    expect(held.answers[0]?.body.toString()).toContain('"matchId":"slow"');
    const before = other.body.length;
    await publishBurst(world, 3);
    await Promise.all([held.until(lastOf(3)), other.until(lastOf(3))]);
    expect(held.body.endsWith(other.body.slice(before))).toBe(true);
  });

  it("a query waits for the stream before it to end (PROTOCOL §4.4)", async () => {
    const { opened, open } = gate();
    const world = await startWorld(adapter, {
      async *tokens() {
        yield { type: "token", data: "before" };
        await opened;
        yield { type: "token", data: "after" };
      },
    });
    const asked = gate();
    world.server.on("request", (req) => req.url?.includes("ping") && asked.open());
    const stream = await subscribe(world, new Raw(world.port), "bot/once").until("before");
    stream.raw.ask("GET", `${world.base}/scores/ping`);
    await asked.opened;
    await turns();
    expect(outlines(stream)).toEqual([[200, false]]);
    open();
    await eventually(() => expect(outlines(stream)).toEqual([200, 200].map((status) => [status, true])));
    expect(stream.body).toMatch(/"before"[^$]*"after"[^$]*id: \$end\nevent: \$end\ndata: \{\}\n\n$/);
    expect(stream.answers[1]?.body.toString()).toBe("{}");
  });

  it("a live stream waits for a generator's stream to end, and then begins (PROTOCOL §2.5)", async () => {
    const { opened, open } = gate();
    const world = await startWorld(adapter, {
      async *tokens() {
        yield { type: "token", data: "a" };
        await opened;
      },
    });
    const first = await subscribe(world, new Raw(world.port), "bot/once").until('"a"');
    const second = new Subscriber(subscribe(world, first.raw, "feed/oldest").raw, 1);
    await eventually(() => expect(world.parts.admission.openings.size).toBe(1));
    await world.topic(world.contract.feed.oldest).publish(posts(1, 2));
    expect([world.parts.admission.streams.size, world.log.watchers]).toEqual([1, 0]);
    open();
    await second.until('"n":2}');
    await world.topic(world.contract.feed.oldest).publish(posts(3));
    await second.until('"n":3}');
    expect(outlines(second)).toEqual([
      [200, true],
      [200, false],
    ]);
  });

  it("a mutation waits for the stream before it, and doesn't run if the client leaves (PROTOCOL §2.5)", async () => {
    let reported = 0;
    const { opened, open } = gate();
    const world = await startWorld(adapter, {
      report: () => ({ cursor: String(++reported) }),
      async *tokens() {
        yield { type: "token", data: "a" };
        await opened;
      },
    });
    const [stays, goes] = [new Raw(world.port), new Raw(world.port)];
    for (const raw of [stays, goes]) {
      await subscribe(world, raw, "bot/once").until('"a"');
      post(raw, `${world.base}/scores/report`, '{"input":{"matchId":"m1"}}');
    }
    await eventually(() => expect(world.parts.admission.openings.size).toBe(2));
    goes.socket.end();
    await eventually(() =>
      expect([world.parts.admission.openings.size, world.parts.admission.streams.size]).toEqual([1, 1]),
    );
    expect(reported).toBe(0);
    open();
    await stays.until((text) => text.includes('{"output":{"cursor":"1"}}'));
    expect(reported).toBe(1);
  });

  it.each<[string, (socket: Socket) => void]>([
    ["ends its side", (socket) => void socket.end()],
    ["resets", (socket) => void socket.resetAndDestroy()],
  ])("many streams take one place a connection, and none when the client %s (PROTOCOL §2.5)", async (_how, leave) => {
    const world = await startWorld(adapter, { limits: { streams: 10 } });
    const raws: Raw[] = [];
    for (let i = 0; i < 8; i++) {
      const raw = await subscribe(world, new Raw(world.port), "feed/head").live();
      for (let j = 0; j < 30; j++) raw.raw.ask("GET", `${world.base}/feed/${j % 2 ? "oldest" : "head"}`);
      raws.push(raw.raw);
    }
    await eventually(() => expect(world.parts.admission.openings.size).toBe(8 * 30));
    expect(world.sluice.stats().streams).toBe(8);
    await subscribe(world, new Raw(world.port), "feed/head").live();
    for (const { socket } of raws) leave(socket);
    await eventually(() =>
      expect([world.parts.admission.streams.size, world.parts.admission.openings.size]).toEqual([1, 0]),
    );
    expect([world.log.watchers, world.reports]).toEqual([1, []]);
  });

  it.each<[string, (raw: Raw, world: World) => void]>([
    ["requests", (raw, { base }) => void Array.from({ length: 101 }, () => raw.ask("GET", `${base}/feed/head`))],
    ["unknown paths", (raw, { base }) => void Array.from({ length: 101 }, () => raw.ask("GET", `${base}/$none`))],
    ["bodies", (raw, { base }) => [600, 600].map((length) => post(raw, `${base}/bot/prompt`, " ".repeat(length)))],
    ["a body that is too long", (raw, { base }) => void post(raw, `${base}/bot/prompt`, " ".repeat(1_001))],
    ["bodies of untold length", (raw, { base }) => [1, 2].map(() => chunked(raw, `${base}/bot/prompt`))],
  ])("too much behind a stream closes the connection: %s (PROTOCOL §2.5)", async (what, send) => {
    if (what === "unknown paths" && adapter.inApplication) return; // the application answers these
    const world = await startWorld(adapter, { limits: { inputBytes: 1_000 } });
    const other = await subscribe(world, new Raw(world.port), "feed/head").live();
    const { raw } = await subscribe(world, new Raw(world.port), "feed/head").live();
    send(raw, world);
    await raw.end();
    await eventually(() =>
      expect([world.parts.admission.streams.size, world.parts.admission.openings.size]).toEqual([1, 0]),
    );
    await publishBurst(world, 2);
    await other.until(lastOf(2));
    expect(world.reports).toEqual([]);
  });

  it("a long body behind a stream doesn't hide that the client leaves (PROTOCOL §2.5)", async () => {
    const world = await startWorld(adapter);
    const { raw } = await subscribe(world, new Raw(world.port), "feed/head").live();
    post(raw, `${world.base}/bot/prompt`, " ".repeat(900_000));
    raw.socket.end();
    await eventually(() =>
      expect([world.parts.admission.streams.size, world.parts.admission.openings.size]).toEqual([0, 0]),
    );
  });

  it("a waiting request is checked against later revocations (PROTOCOL §2.5)", async () => {
    const { opened, open } = gate();
    const world = await startWorld(adapter, { find: (input) => opened.then(() => input) });
    const raw = find(world, new Raw(world.port), "slow").ask("GET", `${world.base}/feed/head`);
    await eventually(() => expect(world.parts.admission.openings.size).toBe(2));
    await world.sluice.disconnect({ path: "feed/head" });
    open();
    await raw.until((text) => text.includes('"code":"forbidden"'));
  });

  it("HEAD, streams, queries and unknown paths are answered in order (PROTOCOL §2.1, §2.3)", async () => {
    const world = await startWorld(adapter);
    const asked: [method: string, path: string, status: number][] = [
      ["HEAD", "feed/head", 200],
      ["GET", "bot/once", 200],
      ["HEAD", "scores/ping", 200],
      ["GET", "nothing", 404],
      ["GET", "scores/report", 405],
      ["GET", "feed/private", 401],
      ["GET", "feed/head?lastEventId=$end", 204],
      ["GET", "bot/once?lastEventId=$once", 200],
      ["HEAD", "bot/once", 200],
      ["GET", "feed/head?lastEventId=other.1.m", 200],
      ["GET", "feed/head", 200],
    ];
    const raw = new Raw(world.port);
    for (const [method, path] of asked) raw.ask(method, `${world.base}/${path}`);
    const all = () =>
      httpAnswers(
        raw.bytes,
        false,
        asked.map(([method]) => method),
      );
    await eventually(() => expect(all()).toHaveLength(asked.length));
    await publishBurst(world, 5);
    await raw.until((text) => text.includes(lastOf(5)));
    expect(all().map(({ status }) => status)).toEqual(asked.map(([, , status]) => status));
    expect(all().map(({ complete }) => complete)).toEqual(asked.map((_, index) => index < asked.length - 1));
  });
});
