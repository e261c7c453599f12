import { expect, it, vi } from "vitest";
import { describeStreams } from "./adapters.js";
import { lastOf, publishBurst } from "./burst.js";
import { posts } from "./events.js";
import { httpAnswers } from "./http-answers.js";
import { Raw } from "./raw.js";
import { expectSameBody, Subscriber, subscribe } from "./subscriber.js";
import { oddTransports, plain } from "./transports.js";
import { eventually } from "./within.js";
import { startWorld, type World } from "./world.js";

/** Ends all streams now. */
async function dismiss(world: World): Promise<void> {
  const drained = world.sluice.drain({ timeout: 1 });
  await eventually(() => {
    world.clock.advance(1_000);
    expect(world.parts.admission.streams.size).toBe(0);
  });
  await drained;
}

describeStreams("fan-out", (adapter) => {
  it.each(oddTransports)("gives the same bytes to $name as to all others (PROTOCOL §4.2)", async (transport) => {
    const world = await startWorld(adapter);
    const all: Subscriber[] = [];
    for (const { open } of [transport, plain, transport, plain])
      all.push(await (await open(world, "feed/head")).live());
    await publishBurst(world);
    for (const subscriber of all) await subscriber.until(lastOf());
    const [, { body }] = all as [Subscriber, Subscriber];
    for (const each of all) expectSameBody(each.body, body);
    expect(body.match(/^event: post$/gm)).toHaveLength(25);

    await dismiss(world);
    for (const subscriber of all) await eventually(() => expect(subscriber.answer.complete).toBe(true));
    // The pipelined request gets its response now. There is nothing else.
    for (const { answers } of all) expect(answers.every(({ complete }) => complete)).toBe(true);
    expect(world.reports).toEqual([]);
  });

  // A runtime frames the bytes of a body itself.
  if (adapter.ownsSocket) {
    it("is one write to each socket, of bytes that are the same in memory", async () => {
      const world = await startWorld(adapter);
      const all = await Promise.all([plain, plain].map(async ({ open }) => (await open(world, "feed/head")).live()));
      const writes = [...world.sockets].map((socket) => vi.spyOn(socket, "write"));
      await world.topic(world.contract.feed.head).publish(posts(1, 2));
      for (const subscriber of all) await subscriber.until('"n":2');
      const [[first], [second]] = writes.map(({ mock }) => mock.calls.map(([bytes]) => bytes)) as [
        unknown[],
        unknown[],
      ];
      expect(writes.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
      expect(first).toBe(second);
    });
  }

  it("has no chunks for HTTP/1.0, and ends its connection with the stream (PROTOCOL §4.4)", async () => {
    const world = await startWorld(adapter);
    for (const transport of oddTransports.slice(0, 2)) {
      const { answer, raw } = await (await transport.open(world, "bot/once")).until("event: $end");
      await raw.end();
      expect(answer.headers).toMatchObject({ "content-type": "text/event-stream", connection: "close" });
      expect(answer.headers).not.toHaveProperty("transfer-encoding");
    }
  });

  it("sends no body for HEAD, at any position on a connection (PROTOCOL §2.1)", async () => {
    const world = await startWorld(adapter);
    const raw = new Raw(world.port).ask("HEAD", `${world.base}/feed/head`);
    await raw.until((text) => text.includes("\r\n\r\n"));
    const subscriber = await subscribe(world, raw, "feed/head").live();
    await publishBurst(world);
    await subscriber.until(lastOf());
    const [first, second] = httpAnswers(raw.bytes, false, ["HEAD", "GET"]);
    expect([first?.status, first?.body.length, second?.status]).toEqual([200, 0, 200]);
    expect(world.parts.admission.streams.size).toBe(1);
  });

  it("is the same for successive streams on a connection (PROTOCOL §4.4)", async () => {
    const world = await startWorld(adapter);
    const raw = new Raw(world.port);
    for (const index of [0, 1, 2]) {
      raw.ask("GET", `${world.base}/bot/once`);
      await eventually(() => expect(new Subscriber(raw, index).answer.complete).toBe(true));
    }
  });
});
