import { encodeFrame } from "@sluice/contract/wire";
import { describe, expect, test } from "vitest";
import { at, goal, live, match, post, setUp, snapshot, until } from "../test-kit/set-up.test-kit.js";

describe("for await", () => {
  test("reads events in order until $end", async () => {
    const { server, client } = await setUp();
    const texts: unknown[] = [];
    const reading = (async () => {
      for await (const event of client.feed.iterate()) texts.push(event.data, event.id);
    })();
    (await server.next()).open().send(post("a", 1), post("b", 2), { kind: "end" });
    await reading;
    expect(texts).toEqual(["a", at(1), "b", at(2)]);
  });

  test("sends nothing before the first next(), and opens one connection per loop", async () => {
    const { server, client } = await setUp();
    const events = client.feed.iterate();
    expect(server.requests).toHaveLength(0);
    for (const text of ["a", "b"]) {
      const first = events[Symbol.asyncIterator]().next();
      (await server.next()).open().send(post(text, 1));
      expect(await first).toMatchObject({ done: false, value: { data: text } });
    }
  });

  test("with state it sees the events after the snapshot", async () => {
    const { server, client } = await setUp();
    const iterator = client.scores.watch.iterate(match)[Symbol.asyncIterator]();
    const first = iterator.next();
    (await server.next()).open().send(snapshot(1, 0, 4), goal("home", 5));
    expect(await first).toEqual({ done: false, value: { type: "goal", data: { team: "home" }, id: at(5) } });
  });

  test("starts after the cursor it is given, and resumes by itself", async () => {
    const { server, clock, client } = await setUp();
    const iterator = client.scores.watch.iterate(match, { cursor: at(3) })[Symbol.asyncIterator]();
    const first = iterator.next();
    const stream = await server.next();
    expect(stream.headers["last-event-id"]).toBe(at(3));
    stream.open().send(goal("home", 3), goal("away", 4)).cut();
    expect(await first).toMatchObject({ value: { id: at(4) } });
    const second = iterator.next();
    await until(() => clock.pending.includes(500));
    clock.advance(500);
    const resumed = await server.next();
    expect(resumed.headers["last-event-id"]).toBe(at(4));
    resumed.open().send(goal("home", 5));
    expect(await second).toMatchObject({ value: { id: at(5) } });
  });

  test("break closes the socket at once", async () => {
    const { server, clock, client } = await setUp();
    const reading = (async () => {
      for await (const _ of client.feed.iterate()) break;
    })();
    const stream = (await server.next()).open().send(post("a", 1), post("b", 2));
    await reading;
    await until(() => stream.isGone);
    expect(clock.pending).toEqual([]);
  });

  test("a slow reader leaves the body unread, and the watchdog doesn't count that as silence", async () => {
    const text = new TextEncoder();
    let pulls = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const frame = pulls === 0 ? open : post("a", pulls);
          controller.enqueue(text.encode(encodeFrame(frame)));
          if (++pulls > 1_000) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    const open = { kind: "open", stream: "live", heartbeat: 1_000, resumable: true } as const;
    const fetch = async () => new Response(body, { headers: { "content-type": "text/event-stream" } });
    const { clock, client } = await setUp({ fetch });
    const iterator = client.feed.iterate()[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: { id: at(1) } });
    await until(() => pulls > 60);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(pulls).toBeLessThan(70);
    clock.advance(60_000);
    for (let offset = 2; offset <= 1_000; offset++) {
      expect(await iterator.next()).toMatchObject({ value: { id: at(offset) } });
    }
    await iterator.return?.();
  });

  test("several next() at once are answered in order", async () => {
    const { server, client } = await setUp();
    const iterator = client.feed.iterate()[Symbol.asyncIterator]();
    const results = Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    (await server.next()).open().send(post("a", 1), post("b", 2), { kind: "end" });
    expect(await results).toMatchObject([{ value: { data: "a" } }, { value: { data: "b" } }, { done: true }]);
  });
});

describe("what ends the loop", () => {
  const readAll = async (events: AsyncIterable<{ id: string }>, ids: string[]) => {
    for await (const { id } of events) ids.push(id);
  };

  test("a final error is thrown after the events before it, once", async () => {
    const { server, client } = await setUp();
    const iterator = client.feed.iterate()[Symbol.asyncIterator]();
    const first = iterator.next();
    (await server.next()).open().send(post("a", 1), { kind: "error", code: "forbidden", message: "no", final: true });
    expect(await first).toMatchObject({ value: { data: "a" } });
    await expect(iterator.next()).rejects.toMatchObject({ code: "forbidden", message: "no" });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test("a reset throws gap, unless there is an onReset", async () => {
    const { server, client } = await setUp();
    const reset = { kind: "reset", reason: "trimmed", oldest: at(4), head: at(5) } as const;
    const failing = readAll(client.feed.iterate(undefined, { cursor: at(1) }), []);
    (await server.next()).open().send(reset, post("e", 5));
    await expect(failing).rejects.toMatchObject({ code: "gap", data: { reason: "trimmed" } });
    const resets: unknown[] = [];
    const ids: string[] = [];
    const reading = readAll(
      client.feed.iterate(undefined, { cursor: at(1), onReset: (given) => resets.push(given) }),
      ids,
    );
    (await server.next()).open().send(reset, post("e", 5), { kind: "end" });
    await reading;
    expect({ ids, resets }).toEqual({ ids: [at(5)], resets: [{ reason: "trimmed", oldest: at(4), head: at(5) }] });
  });

  test("onReset is called after the events that were read before the gap", async () => {
    const { server, client } = await setUp();
    const told: string[] = [];
    const onReset = () => told.push("reset");
    const iterator = client.feed.iterate(undefined, { cursor: at(1), onReset })[Symbol.asyncIterator]();
    const reset = { kind: "reset", reason: "trimmed", oldest: at(7), head: at(8) } as const;
    const next = async () => told.push((await iterator.next()).value?.id ?? "end");
    const first = next();
    (await server.next()).open().send(post("a", 2), reset, post("h", 8), post("i", 9), reset, { kind: "end" });
    await first;
    for (let i = 0; i < 3; i++) await next();
    expect(told).toEqual([at(2), "reset", at(8), at(9), "reset", "end"]);
  });

  test("aborting throws aborted, also before the first request and in the middle of it", async () => {
    const { server, clock, client } = await setUp();
    await expect(readAll(client.feed.iterate(undefined, { signal: AbortSignal.abort() }), [])).rejects.toMatchObject({
      code: "aborted",
    });
    expect(server.requests).toHaveLength(0);
    const controller = new AbortController();
    const reading = readAll(client.feed.iterate(undefined, { signal: controller.signal }), []);
    const request = await server.next();
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: "aborted" });
    await until(() => request.isGone);
    expect(clock.pending).toEqual([]);
  });

  test("a cut of a stream that is not resumable throws interrupted", async () => {
    const { server, client } = await setUp();
    const reading = readAll(client.assistant.iterate({ prompt: "hi" }), []);
    (await server.next()).open({ stream: "stream", resumable: false, id: "$once" }).cut();
    await expect(reading).rejects.toMatchObject({ code: "interrupted" });
  });

  test("an input that cannot be encoded throws badRequest, and nothing is sent", async () => {
    const { server, client } = await setUp();
    const input = { matchId: "m1", since: 5 as never };
    await expect(readAll(client.scores.watch.iterate(input), [])).rejects.toMatchObject({ code: "badRequest" });
    expect(server.requests).toHaveLength(0);
  });

  test("live and at are not events", async () => {
    const { server, client } = await setUp();
    const ids: string[] = [];
    const reading = readAll(client.feed.iterate(), ids);
    (await server.next()).open().send(live(3), { kind: "at", id: at(5) }, post("f", 6), { kind: "end" });
    await reading;
    expect(ids).toEqual([at(6)]);
  });
});
