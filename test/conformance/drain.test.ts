import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, memoryLog } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { describeStreams } from "./adapters.js";
import { ask, expectProblem } from "./ask.js";
import { posts } from "./events.js";
import { itAlone } from "./in-lanes.js";
import { open } from "./reader.js";
import { untilStalled } from "./stalled.js";
import { eventually, turns, within } from "./within.js";
import { startWorld } from "./world.js";

describeStreams("drain", (adapter) => {
  it("tells every client when to reconnect, and refuses new streams (PROTOCOL §5.10)", async () => {
    const world = await startWorld(adapter);
    const readers = [];
    for (let i = 0; i < 10; i++) readers.push(await (await open(world, "feed/head")).live());
    const drained = world.sluice.drain();
    const waits = await Promise.all(readers.map(async (reader) => (await reader.first("drain")).retry));
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect(readers[0]?.text).toContain(`retry: ${waits[0]}\nevent: $drain\ndata: {"retry":${waits[0]}}\n\n`);

    for (const options of [{}, { method: "HEAD" }, { body: {} }]) {
      const answer = await ask(world, "feed/head", options);
      expect([answer.status, answer.headers["retry-after"]]).toEqual([503, expect.stringMatching(/^[1-9]\d*$/)]);
    }
    expectProblem(await ask(world, "bot/once"), { status: 503, code: "unavailable" });
    expect((await ask(world, "scores/ping")).status).toBe(200);

    await world.topic(world.contract.feed.head).publish(posts(1));
    await Promise.all(readers.map((reader) => reader.received(1)));
    for (const reader of readers) reader.destroy();
    await within(drained, () => "drain() to resolve");
  });

  it("cuts late streams without an end (PROTOCOL §4.4, §5.10)", async () => {
    const world = await startWorld(adapter, {
      async *tokens({ signal }) {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const readers = [await (await open(world, "feed/head")).live(), await (await open(world, "bot/once")).live()];
    const drained = world.sluice.drain({ timeout: 2_000 });
    world.clock.advance(1_750);
    await Promise.all(readers.map((reader) => reader.first("drain")));
    expect(readers.map(({ over }) => over)).toEqual([false, false]);
    world.clock.advance(250);
    await within(drained, () => "drain() to resolve");
    for (const reader of readers) {
      await reader.end();
      expect(reader.names.slice(-2)).toEqual(["$retry", "$drain"]);
    }
    expect([world.parts.admission.streams.size, world.log.watchers, world.clock.timers]).toEqual([0, 0, 0]);
  });

  itAlone("also cuts streams that don't read (PROTOCOL §4.4)", async () => {
    const world = await startWorld(adapter, {
      async *tokens() {
        for (;;) yield { type: "token", data: "x".repeat(100_000) };
      },
    });
    const reader = await open(world, "bot/once");
    reader.pause();
    await untilStalled(world);
    const drained = world.sluice.drain({ timeout: 1_000 });
    world.clock.advance(1_000);
    await within(drained, () => "drain() to resolve");
    await eventually(() => expect(world.sockets.size).toBe(0));
  });

  itAlone("resolves at once without streams", async () => {
    const world = await startWorld(adapter);
    await within(world.sluice.drain(), () => "drain() to resolve");
  });

  it("refuses a stream that was still being authorised when it began (PROTOCOL §5.10)", async () => {
    let go: () => void = () => {};
    const world = await startWorld(adapter, {
      gate: () =>
        new Promise((resolve) => {
          go = resolve;
        }),
    });
    const asked = new Promise((resolve) => world.server.once("request", resolve));
    const answer = ask(world, "feed/head");
    await asked;
    await turns();
    const drained = world.sluice.drain();
    go();
    expectProblem(await answer, { status: 503, code: "unavailable" });
    await within(drained, () => "drain() to resolve"); // it waits for those who share a lane's stream
    expect(world.parts.admission.streams.size).toBe(0);
  });
});

it("starts no run for a request that was still being authorised when it began (PROTOCOL §9.3)", async () => {
  const contract = defineContract({ complete: subscription({ events: { token: z.string() } }) });
  const s = implement(contract);
  const log = memoryLog();
  const starts: string[] = [];
  const startServer = async (name: string, gate = async () => {}) => {
    const authorise = s.$middleware(async ({ next }) => {
      await gate();
      return next();
    });
    const complete = s.complete.use(authorise).stream(
      async function* () {
        starts.push(name);
        yield { type: "token", data: name };
      },
      { resumable: true },
    );
    const sluice = createSluice(s.$router({ complete }), { log });
    const server = createServer(sluiceNode(sluice));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close().closeAllConnections());
    return { sluice, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  let go = () => {};
  let isAsked = false;
  const gate = () => {
    isAsked = true;
    return new Promise<void>((resolve) => (go = resolve));
  };
  const old = await startServer("old", gate);
  const answer = ask(old, "complete");
  await eventually(() => expect(isAsked).toBe(true));
  await old.sluice.drain();
  go();
  expectProblem(await answer, { status: 503, code: "unavailable" });
  const reader = await (await open(await startServer("new"), "complete")).end();
  expect([reader.data, reader.names.at(-1), starts]).toEqual([["new"], "$end", ["new"]]);
});
