import { expect, it, onTestFinished, vi } from "vitest";
import { headOf, read } from "../conformance/helpers.js";
import type { Log } from "../log.js";
import { type MemoryLogOptions, memoryLog } from "../memory.js";
import { openMemoryLog } from "./engine.js";
import { resolveOptions } from "./options.js";
import { Topics } from "./topics.js";

const event = { type: "t", data: "1" };

function withClock(options: MemoryLogOptions = {}) {
  let now = 1_000_000;
  const log = memoryLog({ retain: { age: 5_000 }, dedupe: { age: 5_000 }, idle: 10_000, ...options, now: () => now });
  return {
    log,
    advance(ms: number) {
      now += ms;
    },
  };
}

/** Enough calls for a sweep over all topics. */
async function use(log: Log): Promise<void> {
  for (let i = 0; i < 20; i += 1) await headOf(log, "busy");
}

/** Whether the topic is forgotten 20 s after `prepare` used it. */
async function isFreed(prepare: (log: Log) => unknown, options?: MemoryLogOptions): Promise<boolean> {
  const { log, advance } = withClock(options);
  const { epoch } = await headOf(log, "a");
  await prepare(log);
  for (let i = 0; i < 4; i += 1) {
    advance(5_001);
    await use(log);
  }
  return (await headOf(log, "a")).epoch !== epoch;
}

it("frees a topic that was only read", async () => {
  expect(await isFreed(() => {})).toBe(true);
});

it("frees a topic whose entries and keys have aged", async () => {
  expect(await isFreed((log) => log.append("a", [event], { idempotencyKey: "k" }))).toBe(true);
});

it("keeps a topic that has entries", async () => {
  expect(await isFreed((log) => log.append("a", [event]), { retain: {} })).toBe(false);
});

it("keeps a topic that remembers an idempotency key", async () => {
  expect(await isFreed((log) => log.append("a", [event], { idempotencyKey: "k" }), { dedupe: {} })).toBe(false);
});

it("keeps a topic with state", async () => {
  expect(await isFreed((log) => log.append("a", [event], { stateful: true }))).toBe(false);
  expect(await isFreed(async (log) => log.saveSnapshot("a", await headOf(log, "a"), "{}"))).toBe(false);
});

it("keeps a topic that is watched, and for a while after", async () => {
  const { log, advance } = withClock();
  const { epoch } = await headOf(log, "a");
  const watch = log.watch("a", () => {});
  advance(60_000);
  await use(log);
  watch.stop();
  advance(9_000);
  watch.stop();
  await use(log);
  expect((await headOf(log, "a")).epoch).toBe(epoch);
  advance(10_000);
  await use(log);
  expect((await headOf(log, "a")).epoch).not.toBe(epoch);
});

it("keeps a topic that is used", async () => {
  const { log, advance } = withClock();
  const { epoch } = await headOf(log, "a");
  for (let i = 0; i < 10; i += 1) {
    advance(6_000);
    await use(log);
    expect((await headOf(log, "a")).epoch).toBe(epoch);
  }
});

it("frees expired state of an unused topic, with the entries that no snapshot covers", async () => {
  let now = 1_000_000;
  const topics = new Topics(resolveOptions({ retain: { stateTtl: 5_000 }, now: () => now }));
  const log = openMemoryLog(topics);
  await log.append("unsaved", [event], { stateful: true, idempotencyKey: "k" });
  const { cursor } = await log.append("saved", [event], { stateful: true });
  await log.saveSnapshot("saved", cursor, "{}");
  await log.append("saved", [event]);
  await log.append("watched", [event], { stateful: true });
  log.watch("watched", () => {});
  await log.append("plain", [event]);
  now += 4_999;
  await use(log);
  expect([...topics.byName.keys()]).toEqual(["unsaved", "saved", "watched", "plain"]);
  now += 1_001;
  await use(log);
  expect([...topics.byName.keys()]).toEqual(["watched", "plain"]);
});

it("never returns expired state, whatever the call", async () => {
  const uses: readonly ((log: Log) => unknown)[] = [
    (log) => headOf(log, "a"),
    (log) => read(log, "a", "oldest", 10),
    (log) => log.open("a", { from: "snapshot", limit: 0 }),
    (log) => log.watch("a", () => {}),
    (log) => log.append("a", [event]),
  ];
  for (const first of uses) {
    const { log, advance } = withClock({ retain: { stateTtl: 5_000 } });
    const { cursor } = await log.append("a", [event], { stateful: true });
    await log.saveSnapshot("a", cursor, "{}");
    advance(4_999);
    expect(await headOf(log, "a")).toEqual(cursor);
    advance(1);
    await first(log);
    expect((await log.open("a", { from: "snapshot", limit: 0 })).snapshot).toBeUndefined();
    expect((await headOf(log, "a")).epoch).not.toBe(cursor.epoch);
  }
});

it("frees topics faster than new ones are named", async () => {
  const { log, advance } = withClock();
  const early = await Promise.all(Array.from({ length: 500 }, (_, i) => headOf(log, `early/${i}`)));
  advance(10_000);
  for (let i = 0; i < 500; i += 1) await headOf(log, `late/${i}`);
  const again = await Promise.all(early.map((_, i) => headOf(log, `early/${i}`)));
  expect(again.filter(({ epoch }, i) => epoch === early[i]?.epoch)).toEqual([]);
});

it("continues ageing at once when the clock is set back, and gives no entry an earlier time", async () => {
  const { log, advance } = withClock();
  await log.append("a", [event], { idempotencyKey: "k" });
  advance(-60_000_000);
  await log.append("a", [event]);
  const page = await read(log, "a", "oldest", 10);
  expect(page.ok && page.entries.map((entry) => entry.time)).toEqual([1_000_000, 1_000_000]);
  advance(5_001);
  expect(await read(log, "a", "oldest", 10)).toMatchObject({ ok: true, entries: [], head: { offset: 2 } });
  expect((await log.append("a", [event], { idempotencyKey: "k" })).duplicate).toBe(false);
});

it("measures by a monotonic clock if it is given none", async () => {
  const year = 365 * 86_400_000;
  for (const jump of [-year, year]) {
    const log = memoryLog();
    await log.append("a", [event], { idempotencyKey: "k" });
    const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + jump);
    onTestFinished(() => clock.mockRestore());
    expect(await read(log, "a", "oldest", 10)).toMatchObject({ entries: [{ type: "t" }] });
    expect((await log.append("a", [event], { idempotencyKey: "k" })).duplicate).toBe(true);
  }
});

it("keeps only the epoch of a topic without entries, until it is written to", async () => {
  const topics = new Topics(resolveOptions({}));
  const log = openMemoryLog(topics);
  const uses: readonly ((log: Log) => unknown)[] = [
    () => headOf(log, "a"),
    () => read(log, "a", "oldest", 10),
    () => read(log, "a", { last: 3 }, 10),
    () => log.open("a", { from: "snapshot", limit: 0 }),
    () => log.saveSnapshot("a", { epoch: "e", offset: 1, mark: "m" }, "{}"),
    async () => log.trim("a", await headOf(log, "a")),
    () => log.watch("a", () => {}).stop(),
  ];
  const { epoch } = await headOf(log, "a");
  for (const use of uses) {
    await use(log);
    expect([topics.byName.size, (await headOf(log, "a")).epoch]).toEqual([0, epoch]);
  }
  const watch = log.watch("a", () => {});
  expect([topics.byName.size, (await headOf(log, "a")).epoch]).toEqual([1, epoch]);
  expect((await log.append("a", [event])).cursor).toMatchObject({ epoch, offset: 1 });
  watch.stop();
  expect([topics.byName.size, (await headOf(log, "a")).epoch]).toEqual([1, epoch]);
});

it("keeps only epoch and lease of a topic that has only a lease, and forgets it with the lease", async () => {
  let now = 1_000_000;
  const topics = new Topics(resolveOptions({ idle: 10_000, now: () => now }));
  const log = openMemoryLog(topics);
  const lease = await log.acquire("a", { ttl: 60_000, holder: "me" });
  if (!lease) expect.fail("nobody has it");
  for (let i = 0; i < 100; i += 1) await log.acquire(`other/${i}`, { ttl: 60_000 });
  expect(topics.byName.size).toBe(0);
  now += 30_000;
  expect(await log.acquire("a", { ttl: 60_000, holder: "me" })).toEqual(lease);
  log.watch("a", () => {}).stop();
  await headOf(log, "a");
  expect([await log.renew(lease), await log.acquire("a", { ttl: 1 }), topics.byName.size]).toEqual([
    true,
    undefined,
    0,
  ]);
  now += 60_000;
  expect((await headOf(log, "a")).epoch).not.toBe(lease.epoch);
});

it("keeps at most 10,000 leases of topics without entries, and none of them forever", async () => {
  const { log } = withClock();
  const lease = await log.acquire("a", { ttl: 60_000 });
  if (!lease) expect.fail("nobody has it");
  for (let i = 0; i < 10_000; i += 1) await log.acquire(`other/${i}`, { ttl: 60_000 });
  expect((await log.acquire("a", { ttl: 60_000 }))?.epoch).not.toBe(lease.epoch);
  expect(await log.append("a", [event], { lease })).toEqual({ ok: false, reason: "leased" });
});

it("keeps a topic whose entries have aged as long as its lease is held", async () => {
  expect(await isFreed((log) => log.append("a", [event], { lease: { ttl: 60_000 } }))).toBe(false);
  expect(await isFreed((log) => log.append("a", [event], { lease: { ttl: 1_000 } }))).toBe(true);
});

it("lets a client resume a quiet topic within its idle time, however many other topics were named since", async () => {
  const { log, advance } = withClock({ idle: 600_000 });
  const watch = log.watch("quiet", () => {});
  const start = await headOf(log, "quiet");
  advance(3_600_000);
  watch.stop();
  for (let i = 1; i < 10_000; i += 1) await headOf(log, `other/${i}`);
  advance(599_999);
  expect(await read(log, "quiet", start, 10)).toMatchObject({ ok: true, entries: [] });
  advance(600_000);
  expect(await read(log, "quiet", start, 10)).toMatchObject({ ok: false, reason: "epoch" });
});

it("doesn't accept the first cursor of a freed life for the next one", async () => {
  const { log, advance } = withClock({ idle: 20_000 });
  const start = await headOf(log, "a");
  await log.append("a", [event]);
  for (let i = 0; i < 8; i += 1) {
    advance(5_001);
    await use(log);
  }
  expect(await read(log, "a", start, 10)).toMatchObject({ ok: false, reason: "epoch" });
  await log.append("a", [event]);
  expect(await read(log, "a", start, 10)).toMatchObject({ ok: false, reason: "epoch" });
});
