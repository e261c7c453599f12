import { describe, expect, onTestFinished, test } from "vitest";
import { at, live, match, post, setUp, until } from "../test-kit/set-up.test-kit.js";

type World = Awaited<ReturnType<typeof setUp>>;

async function read(events: AsyncIterable<{ id: string }>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of events) if (ids.push(id) === count) break;
  return ids;
}

/** Waits for the end of the running task and its microtasks. */
const endOfTask = () => new Promise(setImmediate);

describe("a query or mutation", () => {
  test("is a POST, with input and output in wire form", async () => {
    const { server, wireClient } = await setUp();
    const answer = wireClient.scores.report({ matchId: "m1", at: "2026-01-01T00:00:00Z" });
    const request = await server.next();
    expect(request).toMatchObject({ method: "POST", path: "/api/scores/report" });
    expect(request.body).toEqual({ input: { matchId: "m1", at: "2026-01-01T00:00:00Z" } });
    request.answer(200, {}, { output: { at: "2026-01-01T00:00:01Z" } });
    expect(await answer).toEqual({ at: "2026-01-01T00:00:01Z" });
  });

  test("is sent even without an await", async () => {
    const { server, wireClient } = await setUp();
    void wireClient.scores.clear();
    (await server.next()).answer(200, {}, {});
    expect(server.requests).toHaveLength(1);
  });

  test("is sent once, however often it is awaited, and whenever", async () => {
    const { server, wireClient } = await setUp();
    const answer = wireClient.scores.find({ text: "a" });
    (await server.next()).answer(200, {}, { output: ["m1"] });
    expect(await Promise.all([answer, answer.then((found) => found)])).toEqual([["m1"], ["m1"]]);
    await endOfTask();
    expect(await answer).toEqual(["m1"]);
    expect(server.requests).toHaveLength(1);
  });

  test("rejects like a promise, and is aborted by its signal", async () => {
    const { server, wireClient } = await setUp();
    const failed = wireClient.scores.find({ text: "a" }).catch(({ code }) => code);
    (await server.next()).answer(403);
    expect(await failed).toBe("forbidden");
    const controller = new AbortController();
    const aborted = wireClient.scores.find({ text: "a" }, { signal: controller.signal });
    const request = await server.next();
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ code: "aborted" });
    await until(() => request.isGone);
    await expect(wireClient.scores.find({ text: "a" }, { signal: controller.signal })).rejects.toMatchObject({
      code: "aborted",
    });
    expect(server.requests).toHaveLength(2);
  });

  test("in a loop by mistake is an error, and isn't sent again", async () => {
    const { server, wireClient } = await setUp();
    const answer = wireClient.scores.clear() as unknown as AsyncIterable<{ id: string }>;
    const request = await server.next();
    const looped = read(answer, 1);
    request.answer(200, {}, {});
    await expect(looped).rejects.toMatchObject({ code: "protocol" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("a subscription", () => {
  /** Answers the next request with two posts. */
  const feed = async ({ server }: World) => (await server.next()).open().send(live(0), post("a", 1), post("b", 2));

  test("that is looped over at once opens one stream, and no other request", async () => {
    const world = await setUp();
    const ids = read(world.wireClient.feed(), 2);
    const stream = await feed(world);
    expect(stream).toMatchObject({ method: "POST", headers: { accept: "text/event-stream" } });
    expect(await ids).toEqual([at(1), at(2)]);
    await until(() => stream.isGone);
    expect(world.server.requests).toHaveLength(1);
  });

  test.each<
    [string, (client: World["wireClient"], answered: Promise<unknown>) => Promise<AsyncIterable<{ id: string }>>]
  >([
    [
      "later",
      async (client) => {
        const events = client.feed();
        await endOfTask();
        return { [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
      },
    ],
    [
      "after its stream was opened",
      async (client, answered) => {
        const events = client.feed();
        await answered;
        await endOfTask();
        return { [Symbol.asyncIterator]: () => events[Symbol.asyncIterator]() };
      },
    ],
    ["through an async function", async (client) => client.feed()],
    ["after it was awaited", async (client) => await client.feed()],
  ])("that is looped over %s takes over the stream that the call opened", async (_, open) => {
    const world = await setUp();
    const answered = feed(world);
    expect(await read(await open(world.wireClient, answered), 2)).toEqual([at(1), at(2)]);
    const stream = await answered;
    await until(() => stream.isGone);
    expect(world.server.requests).toHaveLength(1);
  });

  test("resumes after a cut of the stream that it took over", async () => {
    const { server, clock, wireClient } = await setUp();
    const events = wireClient.feed();
    const first = await server.next();
    const ids = read(events, 2);
    first.open().send(live(0), post("a", 1)).cut();
    await until(() => clock.pending.includes(500)); // half of the backoff's bound
    clock.advance(500);
    const second = await server.next();
    expect(second.body).toEqual({ cursor: at(1) });
    second.open().send(post("b", 2));
    expect(await ids).toEqual([at(1), at(2)]);
  });

  test("retries, after the delay, if the call's own request has failed", async () => {
    const { server, clock, wireClient } = await setUp();
    const events = wireClient.feed();
    const first = await server.next();
    const ids = read(events, 1);
    first.answer(503, { "retry-after": "3" });
    await until(() => clock.pending.includes(3_500)); // and half of the backoff's bound
    clock.advance(3_500);
    (await server.next()).open().send(live(0), post("a", 1));
    expect(await ids).toEqual([at(1)]);
  });

  test("starts from the cursor, in a loop at once or later", async () => {
    const { server, wireClient } = await setUp();
    const atOnce = read(wireClient.feed(undefined, { cursor: at(7) }), 1);
    const first = await server.next();
    expect(first.body).toEqual({ cursor: at(7) });
    first.open().send(post("a", 8));
    expect(await atOnce).toEqual([at(8)]);
    const later = wireClient.feed(undefined, { cursor: at(8) });
    const second = await server.next();
    expect(second.body).toEqual({ cursor: at(8) });
    second.open().send(post("b", 8), post("c", 9));
    expect(await read(later, 1)).toEqual([at(9)]);
  });

  test("opens another stream for each further loop", async () => {
    const world = await setUp();
    const events = world.wireClient.feed();
    for (let loop = 0; loop < 3; loop++) {
      const ids = read(events, 1);
      await feed(world);
      expect(await ids).toEqual([at(1)]);
    }
    expect(world.server.requests).toHaveLength(3);
  });

  test("a signal closes a stream that no loop has read", async () => {
    const { server, wireClient } = await setUp();
    const controller = new AbortController();
    const events = wireClient.feed(undefined, { signal: controller.signal });
    const stream = (await server.next()).open();
    await events; // opened
    controller.abort();
    await until(() => stream.isGone);
  });

  test("a failure that the loop throws is reported only there", async () => {
    const unhandled: unknown[] = [];
    const listen = (error: unknown) => unhandled.push(error);
    process.on("unhandledRejection", listen);
    onTestFinished(() => void process.off("unhandledRejection", listen));
    const { server, wireClient } = await setUp();
    const events = wireClient.scores.watch(match);
    const first = await server.next();
    const ids = read(events, 1);
    first.answer(403);
    await expect(ids).rejects.toMatchObject({ code: "forbidden" });
    await endOfTask();
    expect(unhandled).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });
});
