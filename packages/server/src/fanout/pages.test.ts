import { defineContract, subscription } from "@sluice/contract";
import { memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { Batch } from "./batch.js";
import { Pages } from "./pages.js";

const { ticks } = defineContract({ ticks: subscription({ events: { tick: z.string() } }) });

async function setUp(data: string) {
  const log = memoryLog();
  const pages = new Pages();
  const append = (count: number) =>
    log.append(
      "ticks",
      Array.from({ length: count }, () => ({ type: "tick", data })),
    );
  const read = async (offset: number, limit: number) => {
    const page = await log.read("ticks", "oldest", offset);
    if (!page.ok) throw new Error(page.reason);
    const from = page.end;
    const next = await log.read("ticks", from, limit);
    if (!next.ok) throw new Error(next.reason);
    return pages.get(from, next, () => new Batch(ticks, from, next.entries, next.end));
  };
  return { append, read };
}

it("gives those who read the same page the same bytes, and a grown page new ones", async () => {
  const { append, read } = await setUp('"x"');
  await append(100);
  const first = await read(0, 256);
  expect(await read(0, 256)).toBe(first);
  await append(10);
  const grown = await read(0, 256);
  expect(grown).not.toBe(first);
  expect(grown.entries).toHaveLength(110);
  expect((await read(20, 50)).entries[0]?.position.offset).toBe(21);
});

it("keeps what was asked for last, within its budget", async () => {
  const { append, read } = await setUp(JSON.stringify("x".repeat(100_000)));
  await append(100);
  const first = await read(0, 20);
  for (const offset of [20, 40, 60]) await read(offset, 20);
  expect(await read(0, 20)).not.toBe(first);
  const last = await read(60, 20);
  expect(await read(60, 20)).toBe(last);
});
