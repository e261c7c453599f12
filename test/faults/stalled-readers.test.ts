import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { inLanes, itAlone } from "../conformance/in-lanes.js";
import { eventually } from "../conformance/within.js";
import { startStalledServer } from "./stalled-world.js";

const how = { isMultiplexed: inLanes };

/** The bytes that a stalled reader may cost a server, in addition to the cost of an active reader. */
const allowance = 256 * 1024;

/*
 * The kernel buffers about 3 MB for each stalled reader. After that, the server must keep the rest or leave it in the log.
 * The test then publishes many times the allowance. A server that kept it, even once for all of a topic's readers, would
 * exceed the bounds. A server that keeps a cursor and the last write needs a few KB per reader. Before the first measurement,
 * the log is full and the same work has run once, because V8 and malloc keep memory that was needed temporarily.
 */
it("a hundred stalled readers cost a bounded amount of memory, and don't affect others", async () => {
  const { child, ask, stall, watch, publish, reaches, stat } = await startStalledServer();
  const [rooms, count] = [5, 250];
  const watchers = Array.from({ length: rooms }, (_, room) => watch(room));
  await reaches("streams", rooms);
  const round = async () => {
    const last = await publish({ rooms, count, perTurn: 16, length: 200 });
    await eventually(() => expect(watchers.map((told) => told.last)).toEqual(watchers.map(() => last)));
  };
  /** The CPU time of this many rounds, in microseconds. */
  const rounds = async (many: number) => {
    const before = await child.call("cpu");
    for (let i = 0; i < many; i++) await round();
    return (await child.call("cpu")) - before;
  };

  await (await stall(100, rooms, round, how)).leave();
  const quick = await ask(100, rooms, how);
  quick.read();
  await rounds(15);
  const costOfReaders = await rounds(25);
  const baseline = await child.call("memory");
  await quick.leave();

  await stall(100, rooms, round, how);
  const delivered = await stat("delivered");
  const costOfStalled = await rounds(25);
  await rounds(35);
  const half = await child.call("memory");
  await rounds(60);
  const whole = await child.call("memory");

  expect(watchers.every(({ inOrder }) => inOrder)).toBe(true);
  await reaches("lagging", 100);
  // Stalled readers get almost nothing (a kernel may accept a little more). A hundred active readers got twenty times as much as
  // the watchers. So stalled readers cost less CPU, too.
  expect((await stat("delivered")) - delivered).toBeLessThan(2 * 120 * count * rooms);
  expect(costOfStalled).toBeLessThan(costOfReaders);

  for (const { held, resident } of [half, whole]) {
    expect((held - baseline.held) / 100).toBeLessThan(allowance);
    expect((resident - baseline.resident) / 100).toBeLessThan(allowance);
  }
  // The second half has 60 × 250 events of 277 bytes in each of 5 topics: 21 MB if they were kept once.
  expect(whole.held - half.held).toBeLessThan(4 * 1024 * 1024);
  expect(whole.resident - half.resident).toBeLessThan(14 * 1024 * 1024);
}, 120_000);

/*
 * Connections share nothing here, so each needs its own memory. A Unix socket has small buffers: with TCP, the kernel would take
 * gigabytes before a reader stalls. (For lanes, see `stalled-lanes.test.ts`.)
 */
itAlone(
  "a stalled reader of three hundred topics costs a bounded amount of memory for each",
  async () => {
    const dir = await mkdtemp(join(tmpdir(), "sluice-stalled-"));
    onTestFinished(() => rm(dir, { recursive: true }));
    const { child, ask, stall, publish, reaches } = await startStalledServer(join(dir, "socket"));
    const rooms = 300;
    const events = { rooms, count: 4, perTurn: 1, length: 8_000 };
    const more = () => publish(events);

    await (await stall(rooms, rooms, more)).leave();
    const quick = await ask(rooms, rooms);
    quick.read();
    for (let i = 0; i < 15; i++) {
      await more();
      await reaches("lagging", 0);
    }
    const baseline = await child.call("memory");
    await quick.leave();

    await stall(rooms, rooms, more);
    await publish({ ...events, count: 20 });
    const half = await child.call("memory");
    await publish({ ...events, count: 40 });
    const whole = await child.call("memory");

    for (const { held, resident } of [half, whole]) {
      expect((held - baseline.held) / rooms).toBeLessThan(allowance);
      expect((resident - baseline.resident) / rooms).toBeLessThan(allowance);
    }
    // The second half has 40 events of 8 KB in each of 300 topics: 96 MB if they were kept.
    expect(whole.held - half.held).toBeLessThan(16 * 1024 * 1024);
    expect(whole.resident - half.resident).toBeLessThan(48 * 1024 * 1024);
  },
  60_000,
);
