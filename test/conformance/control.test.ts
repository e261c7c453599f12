import { createClient } from "@sluice/client";
import { type DisconnectFilter, type Log, memoryLog } from "@sluice/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { openMemoryHarness } from "../../packages/log/src/memory-harness.js";
import { withOutages } from "../../packages/log/src/memory-outages.js";
import { headOf, untold } from "../../packages/server/src/topic/read-log.test-kit.js";
import { ask, expectProblem } from "./ask.js";
import { controlContract, startControlServer } from "./control-world.js";
import { inLanes } from "./in-lanes.js";
import { clientInProcess } from "./in-process.js";
import { open } from "./reader.js";
import { eventually, turns } from "./within.js";

const hall = { room: "hall" };

/** Two servers on one log, and a way to cut the second one off from it. */
async function startTwo(log: Log = memoryLog()) {
  const { log: cuttable, outage } = withOutages(log);
  const [one, two] = [await startControlServer(log), await startControlServer(cuttable)];
  return { log, one, two, outage };
}

describe("disconnect() at one server", () => {
  it.each<[DisconnectFilter, readonly string[]]>([
    [{ tag: "user:ann" }, ["ann hall", "ann yard"]],
    [{ path: "feed", key: hall }, ["ann hall", "bob hall"]],
    [{ tag: "user:ann", path: "feed", key: hall, reason: "unauthorized" }, ["ann hall"]],
    [{ path: "bot" }, []],
  ])("ends the streams that %j means at another one, with the reason (PROTOCOL §15)", async (filter, ended) => {
    const { one, two } = await startTwo();
    const here = await (await one.join("ann")).live();
    const all = ["ann hall", "bob hall", "ann yard", "bob yard"] as const;
    const readers = await Promise.all(
      all.map(async (name) => (await two.join(...(name.split(" ") as [string, string]))).live()),
    );
    // A lane's neighbours have its tag.
    const perClient = inLanes && filter.path === undefined ? 3 : 1;
    expect(await one.sluice.disconnect(filter)).toEqual({ ended: ended.includes("ann hall") ? perClient : 0 });
    await Promise.all([one.publish(1), one.publish(1, "yard")]);
    for (const [index, name] of all.entries()) {
      const reader = readers[index] as typeof here;
      if (ended.includes(name)) {
        const { reason = "forbidden" } = filter;
        await reader.end();
        expect([reader.data, reader.all("error")]).toMatchObject([
          [],
          [{ code: reason, final: reason === "forbidden" }],
        ]);
      } else {
        await reader.received(1);
      }
    }
    if (!inLanes) expect(two.sluice.stats().streams).toBe(all.length - ended.length);
  });

  it("refuses a stream that another one is opening (PROTOCOL §15)", async () => {
    let goOn = () => {};
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const gate = () => {
      arrive();
      return new Promise<void>((resolve) => (goOn = resolve));
    };
    const log = memoryLog();
    const [one, two] = [await startControlServer(log), await startControlServer(log, { gate })];
    const answer = ask(two, "feed", { input: hall, headers: { "x-user": "ann" } });
    await arrived;
    await one.sluice.disconnect({ tag: "user:ann" });
    goOn();
    expectProblem(await answer, { status: 403, code: "forbidden" });
  });

  it("doesn't end streams that were opened there after the call", async () => {
    const { one, two, log } = await startTwo();
    for (let i = 0; i < 100; i++) void one.sluice.disconnect({ tag: "user:ann" }); // too many for one wake-up
    const { feed } = clientInProcess(controlContract, one.sluice, { tags: ["user:ann"] });
    const iterator = feed.iterate(hall)[Symbol.asyncIterator]();
    const first = iterator.next();
    await eventually(async () => expect((await headOf(log, "$control")).offset).toBe(100));
    await turns();
    await two.publish(7);
    expect((await first).value).toMatchObject({ data: 7 });
    await iterator.return?.();
  });

  it("fails as unavailable if the log can't be reached, and has ended this server's streams", async () => {
    const { two, outage } = await startTwo();
    const reader = await (await two.join("ann")).live();
    await outage(async () => {
      await expect(two.sluice.disconnect({ tag: "user:ann" })).rejects.toMatchObject({ code: "unavailable" });
      await reader.end();
    });
    expect(reader.all("error")).toMatchObject([{ code: "forbidden", final: true }]);
  });
});

describe("a server that is cut off from its log", () => {
  it("admits nobody, and obeys what was said meanwhile before it sends what was published (PROTOCOL §15)", async () => {
    const { one, two, outage } = await startTwo();
    const [ann, bob] = [await (await two.join("ann")).live(), await (await two.join("bob")).live()];
    const askBot = () => ask(two, "bot", { headers: { "x-user": "eve" } });
    await outage(async () => {
      await one.sluice.disconnect({ tag: "user:ann" });
      await one.publish(1);
      two.clock.advance(1_000);
      // The generator's stream needs nothing of the log, but could not be revoked.
      for (const _ of [1, 2]) {
        const answer = await askBot();
        expectProblem(answer, { status: 503, code: "unavailable" });
        expect(answer.headers["retry-after"]).toBe("1");
      }
    });
    await bob.received(1);
    await ann.end();
    expect([ann.data, ann.all("error")]).toMatchObject([[], [{ code: "forbidden" }]]);
    expect(two.errors).toMatchObject([{ code: "unavailable" }]); // one for the outage, and not one for each request
    const eve = await (await open(two, "bot", { headers: { "x-user": "eve" } })).live();
    await one.sluice.disconnect({ tag: "user:eve" });
    await eve.end();
  });

  it("tells its clients after a second, once, and when it is back, but not those of generators (PROTOCOL §5.12)", async () => {
    const { one, two, outage } = await startTwo();
    const bob = await (await two.join("bob")).live();
    const bot = await (await open(two, "bot", {})).live();
    await outage(async () => {
      two.clock.advance(750);
      await turns();
      expect(bob.all("store")).toEqual([]);
      await one.publish(1);
      for (const _ of [1, 2, 3]) {
        two.clock.advance(1_250);
        await turns();
      }
      await bob.first("store");
    });
    await bob.received(1);
    await bob.until((reader) => reader.all("store").length === 2);
    expect([bob.all("store").map(({ up }) => up), bob.data]).toEqual([[false, true], [1]]);
    two.clock.advance(15_000);
    await bot.first("comment");
    expect(bot.all("store")).toEqual([]);
  });

  it("ends all its streams if words were trimmed meanwhile, and its clients resume (PROTOCOL §15)", async () => {
    const { log, one, two, outage } = await startTwo();
    const bob = await (await two.join("bob")).live();
    const seen: unknown[] = [];
    const client = createClient(controlContract, { url: two.url, headers: { "x-user": "cid" }, retry: { base: 1 } });
    onTestFinished(client.feed.subscribe(hall, { on: { post: (n) => seen.push(n) }, onError: (e) => seen.push(e) }));
    await one.publish(1);
    await eventually(() => expect(seen).toEqual([1]));
    await outage(async () => {
      for (let i = 0; i < 4; i++) await one.sluice.disconnect({ tag: `user:${i}` });
      await log.trim("$control", await headOf(log, "$control"));
    });
    await bob.end();
    expect(bob.all("error")).toMatchObject([{ code: "unavailable", final: false }]);
    await one.publish(2);
    await eventually(() => expect(seen).toEqual([1, 2]), 10_000);
  }, 15_000);

  it("misses no words where the log keeps little of other topics (PROTOCOL §15)", async () => {
    const { one, two, outage } = await startTwo(memoryLog({ retain: { events: 3, bytes: 300 } }));
    const [ann, bob] = [await (await two.join("ann")).live(), await (await two.join("bob")).live()];
    await outage(async () => {
      await one.sluice.disconnect({ tag: "user:ann" });
      for (let i = 0; i < 100; i++) await one.sluice.disconnect({ tag: `user:${i}` });
      await one.publish(1);
    });
    await bob.received(1);
    await ann.end();
    expect([ann, bob].map((reader) => reader.all("error"))).toMatchObject([[{ code: "forbidden" }], []]);
  });

  it("obeys also what was said before it could read the log for the first time", async () => {
    const { log, outage } = withOutages(memoryLog());
    await outage(async () => {
      const server = await startControlServer(log);
      expectProblem(await ask(server, "bot"), { status: 503, code: "unavailable" });
      server.clock.advance(1_000);
      expectProblem(await ask(server, "bot"), { status: 503, code: "unavailable" });
    });
    const [one, two] = [await startControlServer(log), await startControlServer(log)];
    const reader = await (await two.join("ann")).live();
    await one.sluice.disconnect({ tag: "user:ann" });
    await reader.end();
  });
});

it("a log that loses words ends all streams, also at servers that had not read them (PROTOCOL §15)", async () => {
  const { log, failover } = await openMemoryHarness();
  const { log: cuttable, outage } = withOutages(log);
  const [one, two] = [await startControlServer(log), await startControlServer(cuttable)];
  await one.sluice.disconnect({ tag: "user:nobody" });
  const readers = [await (await one.join("bob")).live(), await (await two.join("bob")).live()];
  await outage(async () => {
    await one.sluice.disconnect({ tag: "user:bob", path: "bot" }); // only the first server reads it
    await turns();
    await failover("$control", 1);
    await turns();
  });
  for (const reader of readers) {
    await reader.end();
    expect(reader.all("error")).toMatchObject([{ code: "unavailable", final: false }]);
  }
  // Both go on.
  const again = await (await two.join("bob")).live();
  await one.sluice.disconnect({ tag: "user:bob" });
  expect((await again.end()).all("error")).toMatchObject([{ code: "forbidden" }]);
  expect([one.errors, two.errors]).toEqual([[], []]);
});

it.each([
  ["carry entries", (log: Log) => log],
  ["carry nothing", untold],
])("servers in one process have obeyed when the call resolves, if wake-ups %s", async (_what, wrap) => {
  const { one, two } = await startTwo(wrap(memoryLog()));
  const reader = await (await two.join("ann")).live();
  for (let i = 0; i < 2_000; i++) void one.sluice.disconnect({ tag: `user:${i}` }); // several pages
  await one.sluice.disconnect({ tag: "user:ann" });
  expect(two.sluice.stats().streams).toBe(0);
  await reader.end();
});
