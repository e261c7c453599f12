import { expect, it } from "vitest";
import { describeStreams } from "./adapters.js";
import { lastOf, publishBurst } from "./burst.js";
import { httpAnswers } from "./http-answers.js";
import { Raw } from "./raw.js";
import { expectSameBody, Subscriber, subscribe } from "./subscriber.js";
import { eventually, turns } from "./within.js";
import { startWorld, type World } from "./world.js";

const find = (world: World, raw: Raw, matchId: string) =>
  raw.ask("GET", `${world.base}/scores/find?input=${encodeURIComponent(JSON.stringify({ matchId }))}`);

/** A promise that is settled from outside. */
function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

const outlines = ({ answers }: Subscriber) => answers.map(({ status, complete }) => [status, complete]);

describeStreams("pipelined on one connection", (adapter) => {
  it("a stream waits for the query before it, and others don't (PROTOCOL §4.2)", async () => {
    const { opened, open } = gate();
    const world = await startWorld(adapter, { find: (input) => opened.then(() => input) });
    const behind = subscribe(world, find(world, new Raw(world.port), "slow"), "feed/head");
    const held = new Subscriber(behind.raw, 1);
    await eventually(() => expect(world.runtime.connections.size).toBe(1));
    const other = await subscribe(world, new Raw(world.port), "feed/head").live();
    await publishBurst(world);
    await other.until(lastOf());
    expect(held.raw.text).toBe("");
    open();
    await held.until(lastOf());
    expect(held.answers[0]?.body.toString()).toContain('"matchId":"slow"');
    expectSameBody(held.body, other.body);
    await publishBurst(world, 3);
    await Promise.all([held.until(lastOf(3)), other.until(lastOf(3))]);
    expectSameBody(held.body, other.body);
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

  it("a live stream waits for a generator's, with more than a socket takes at once (PROTOCOL §4.2)", async () => {
    const { opened, open } = gate();
    const world = await startWorld(adapter, {
      async *tokens() {
        yield { type: "token", data: "a" };
        await opened;
      },
    });
    const first = await subscribe(world, new Raw(world.port), "bot/once").until('"a"');
    const second = new Subscriber(subscribe(world, first.raw, "feed/head").raw, 1);
    await eventually(() => expect(world.runtime.connections.size).toBe(2));
    const other = await subscribe(world, new Raw(world.port), "feed/head").live();
    await publishBurst(world, 120);
    await other.until(lastOf(120));
    // Who cannot be written to costs a place in the log, and not what has been published since.
    expect([...world.runtime.connections].filter(({ full }) => full)).toHaveLength(1);
    open();
    await second.until(lastOf(120));
    expectSameBody(second.body, other.body);
    expect(outlines(second)).toEqual([
      [200, true],
      [200, false],
    ]);
  });

  it("HEAD, streams, queries and what is unknown are answered in their order (PROTOCOL §2.1, §2.3)", async () => {
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
