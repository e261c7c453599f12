import { defineContract, subscription } from "@sluice/contract";
import { type LogEvent, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { Batch } from "./batch.js";
import { headOf, readLog } from "./read-log.test-kit.js";
import { decodeUtf8 } from "./utf8.js";

const { ticks } = defineContract({ ticks: subscription({ events: { tick: z.string() } }) });

async function batchOf(...types: string[]): Promise<Batch> {
  const log = memoryLog();
  const from = await headOf(log, "ticks");
  await log.append(
    "ticks",
    types.map((type): LogEvent => ({ type, data: type === "$error" ? '{"code":"interrupted","message":""}' : "{}" })),
  );
  const page = await readLog(log, "ticks", from, 100);
  if (!page.ok) throw new Error(page.reason);
  return new Batch(ticks, from, page.entries, page.end);
}

it.each(["$end", "$error"])("leaves out entries after the topic's end, %s", async (end) => {
  const batch = await batchOf("tick", end, "tick", "$end");
  expect(batch.isLast).toBe(true);
  expect(batch.entries.map(({ type }) => type)).toEqual(["tick", end]);
  expect(batch.end.offset).toBe(2);
  expect(decodeUtf8(batch.bytes.plain).match(/^event: .*$/gm)).toEqual(["event: tick", `event: ${end}`]);
});

it("is encoded once for the topic's lane number, whatever other numbers lanes have", async () => {
  const batch = await batchOf("tick");
  const own = batch.bytesIn(6);
  expect(decodeUtf8(own.plain)).toContain("event: 6/tick\n");
  expect(decodeUtf8(batch.bytesIn(1).plain)).toContain("event: 1/tick\n");
  expect(decodeUtf8(batch.bytesIn(3).plain)).toContain("event: 3/tick\n");
  expect(batch.bytesIn(6)).toBe(own);
  expect(batch.bytesIn(3)).toBe(batch.bytesIn(3));
});

it("includes all entries, and is not the last, if there is no end", async () => {
  const batch = await batchOf("$start", "tick", "$other");
  expect([batch.isLast, batch.entries.length, batch.end.offset]).toEqual([false, 3, 3]);
});
