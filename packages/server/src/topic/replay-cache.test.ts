import { defineContract, subscription } from "@sluice/contract";
import { memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { readLog } from "./read-log.test-kit.js";
import { ReplayCache } from "./replay-cache.js";

const { ticks } = defineContract({ ticks: subscription({ events: { tick: z.string() } }) });

async function setUp(data: string) {
  const log = memoryLog();
  const pages = new ReplayCache(65_536);
  const append = (count: number) =>
    log.append(
      "ticks",
      Array.from({ length: count }, () => ({ type: "tick", data })),
    );
  const read = async (offset: number, limit: number) => {
    const page = await readLog(log, "ticks", "oldest", offset);
    if (!page.ok) throw new Error(page.reason);
    const from = page.end;
    const next = await readLog(log, "ticks", from, limit);
    if (!next.ok) throw new Error(next.reason);
    return pages.get({ topic: "ticks", procedure: ticks, from }, next);
  };
  return { append, read };
}

it("returns the same bytes for the same page, and new ones for a grown page", async () => {
  const { append, read } = await setUp('"x"');
  await append(100);
  const first = await read(0, 256);
  expect(await read(0, 256)).toBe(first);
  await append(10);
  const grown = await read(0, 256);
  expect(grown).not.toBe(first);
  expect(grown.entries).toHaveLength(110);
  expect((await read(20, 50)).entries[0]?.cursor.offset).toBe(21);
});

it("keeps the pages requested last, within its budget", async () => {
  const { append, read } = await setUp(JSON.stringify("x".repeat(3_000)));
  await append(2_000);
  const first = await read(0, 20);
  for (let offset = 20; offset < 2_000; offset += 20) await read(offset, 20);
  expect(await read(0, 20)).not.toBe(first);
  const last = await read(1_980, 20);
  expect(await read(1_980, 20)).toBe(last);
});

it("splits a page that is too long for one write, and shares the parts", async () => {
  const { append, read } = await setUp(JSON.stringify("x".repeat(3_000)));
  await append(100);
  const piece = await read(0, 100);
  expect(piece.bytes.plain.length).toBeLessThanOrEqual(65_536);
  expect(piece.entries).toHaveLength(21);
  expect(piece.end).toEqual(piece.entries.at(-1)?.cursor);
  expect(await read(0, 100)).toBe(piece);
  expect((await read(piece.entries.length, 100)).from).toEqual(piece.end);
});

it("returns an entry that is too long in a page of its own", async () => {
  const { append, read } = await setUp(JSON.stringify("x".repeat(100_000)));
  await append(3);
  expect((await read(0, 3)).entries).toHaveLength(1);
});
