import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { eventually } from "../conformance/within.js";
import { startStalledServer } from "./stalled-world.js";

/** What a stalled stream of fifty lanes may cost more than one that reads: one write, and a cursor for each lane. */
const allowance = 128 * 1024;

/* A Unix socket has small buffers: with TCP, the kernel would take hundreds of megabytes before these readers stall. */
it("two hundred stalled streams of fifty lanes hold no more than their cursors, and others get all", async () => {
  const dir = await mkdtemp(join(tmpdir(), "sluice-stalled-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const { child, ask, stall, watch, publish, reaches } = await startStalledServer(join(dir, "socket"));
  const [streams, rooms] = [200, 50];
  const isMultiplexed = true;
  const watcher = watch(0);
  await reaches("streams", 1);
  const more = async (count = 4) => {
    const last = await publish({ rooms, count, perTurn: 1, length: 2_000 });
    await eventually(() => expect(watcher.last).toBe(last), 30_000);
  };

  // The log is full, and the same work has run once, before the first measurement.
  await (await stall(streams, rooms, more, { isMultiplexed })).leave();
  const quick = await ask(streams, rooms, { isMultiplexed });
  await reaches("subscriptions", 1 + streams * rooms);
  quick.read();
  for (let round = 0; round < 5; round++) {
    await more();
    await reaches("lagging", 0);
  }
  const baseline = await child.call("memory");
  await quick.leave();

  await stall(streams, rooms, more, { isMultiplexed });
  await more(40);
  const half = await child.call("memory");
  await more(80);
  const whole = await child.call("memory");

  await reaches("lagging", streams);
  expect(watcher.inOrder).toBe(true);
  for (const { held, resident } of [half, whole]) {
    expect((held - baseline.held) / streams).toBeLessThan(allowance);
    expect((resident - baseline.resident) / streams).toBeLessThan(allowance);
  }
  // The second half has 80 events of 2 KB in each of 50 topics: 8 MB if they were kept once.
  expect(whole.held - half.held).toBeLessThan(4 * 1024 * 1024);
  expect(whole.resident - half.resident).toBeLessThan(14 * 1024 * 1024);
}, 120_000);
