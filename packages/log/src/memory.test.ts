import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataOf, pageOf, read, retained } from "./conformance/helpers.js";
import { LogModel } from "./conformance/model.js";
import type { Cursor, LogEvent } from "./log.js";
import { memoryLog } from "./memory.js";
import { openMemoryHarness } from "./memory-harness.js";

type Step =
  | { readonly do: "append"; readonly data: string[]; readonly key: string | undefined }
  | { readonly do: "trim" | "saveSnapshot"; readonly at: number }
  | { readonly do: "read"; readonly at: number; readonly mark: number; readonly limit: number }
  | { readonly do: "readLast"; readonly last: number; readonly limit: number }
  | { readonly do: "lose"; readonly count: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("append" as const),
    data: fc.array(fc.constantFrom("0", "1"), { minLength: 1, maxLength: 4 }),
    key: fc.option(fc.constantFrom("k1", "k2", "__proto__"), { nil: undefined }),
  }),
  fc.record({ do: fc.constantFrom("trim" as const, "saveSnapshot" as const), at: fc.nat(60) }),
  fc.record({ do: fc.constant("read" as const), at: fc.nat(60), mark: fc.nat(60), limit: fc.nat(9) }),
  fc.record({ do: fc.constant("readLast" as const), last: fc.nat(9), limit: fc.nat(9) }),
  fc.record({ do: fc.constant("lose" as const), count: fc.nat(4) }),
);

/** The model checks every step: pages are contiguous, and equal cursors mean equal histories. */
async function play(steps: readonly Step[], stateful: boolean, events: number): Promise<void> {
  const { log, failover } = await openMemoryHarness({ retain: { events } });
  const model = new LogModel(log, "a?{}", stateful);
  await model.open();
  const cursorAt = (at: number) => {
    const cursor = model.cursors[at % model.cursors.length];
    return cursor ?? expect.fail("the model knows no cursor");
  };
  for (const step of steps) {
    if (step.do === "append") await model.append(step.data, step.key);
    else if (step.do === "readLast") await model.read({ last: step.last }, step.limit);
    else if (step.do === "read") {
      await model.read(cursorAt(step.at), step.limit);
      await model.read({ ...cursorAt(step.at), mark: cursorAt(step.mark).mark }, step.limit);
    } else if (step.do === "lose") {
      const count = Math.min(step.count, model.untrimmed);
      await failover(model.topic, count);
      await model.lose(count);
    } else await model[step.do](cursorAt(step.at));
  }
}

function numbered(count: number): LogEvent[] {
  return Array.from({ length: count }, (_, i) => ({ type: "n", data: String(i + 1) }));
}

describe("memoryLog", () => {
  it("keeps its promises through any sequence of calls", async () => {
    const steps = fc.array(anyStep, { maxLength: 60, size: "max" });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 4, max: 50 }), (each, events) => play(each, false, events)),
    );
  });

  it("keeps its promises for a stateful topic under tight retention", async () => {
    const steps = fc.array(anyStep, { maxLength: 60, size: "max" });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 5 }), (each, events) => play(each, true, events)),
    );
  });

  it("retains exactly the newest entries that fit", async () => {
    const sizes = fc.array(fc.array(fc.nat(60), { minLength: 1, maxLength: 5 }), { maxLength: 30 });
    const limits = { events: fc.integer({ min: 1, max: 20 }), bytes: fc.integer({ min: 1, max: 300 }) };
    await fc.assert(
      fc.asyncProperty(sizes, fc.record(limits), async (batches, retain) => {
        const log = memoryLog({ retain });
        const all: string[] = [];
        for (const batch of batches) {
          const data = batch.map((size) => "é".repeat(size));
          await log.append(
            "a",
            data.map((text) => ({ type: "n", data: text })),
          );
          all.push(...data);
          let [count, bytes] = [0, 0];
          for (const text of all.toReversed()) {
            bytes += 1 + 2 * text.length;
            if (count > 0 && (count === retain.events || bytes > retain.bytes)) break;
            count += 1;
          }
          expect(dataOf(await retained(log, "a"))).toEqual(all.slice(all.length - count));
        }
      }),
    );
  });

  it("orders appends as they were called, without waiting", async () => {
    const log = memoryLog();
    const answers = numbered(100).map((event) => log.append("a", [event]));
    const page = read(log, "a", "oldest", 1_000);
    expect((await Promise.all(answers)).map(({ cursor }) => cursor.offset)).toEqual(numbered(100).map((_, i) => i + 1));
    expect(await page).toMatchObject({ ok: true, entries: { length: 100 } });
  });

  it("refuses a batch with an invalid event, and appends nothing of it", async () => {
    const log = memoryLog();
    const bad = { type: "n", data: 5 } as unknown as LogEvent;
    await expect(log.append("a", [...numbered(2), bad], { idempotencyKey: "k" })).rejects.toThrow(TypeError);
    expect(await retained(log, "a")).toEqual([]);
    expect((await log.append("a", numbered(1), { idempotencyKey: "k" })).duplicate).toBe(false);
  });

  it("returns no entry beyond its age even if nothing was appended since", async () => {
    const { log, advance } = await openMemoryHarness({ retain: { age: 1_000 } });
    await log.append("a", numbered(3));
    await advance(1_000);
    expect((await retained(log, "a")).length).toBe(3);
    await advance(1);
    expect(await retained(log, "a")).toEqual([]);
    expect(await read(log, "a", { last: 5 }, 10)).toMatchObject({ ok: true, entries: [] });
  });

  it("drops entries beyond the limits as soon as a snapshot covers them", async () => {
    const log = memoryLog({ retain: { events: 2 } });
    const { cursor } = await log.append("a", numbered(10), { stateful: true });
    await log.saveSnapshot("a", cursor, "{}");
    expect(dataOf(await retained(log, "a"))).toEqual(["9", "10"]);
  });

  it("calls watchers before the append's caller continues", async () => {
    const log = memoryLog();
    let calls = 0;
    log.watch("a", () => calls++);
    await log.append("a", numbered(1));
    expect(calls).toBe(1);
  });

  it("keeps the epoch through a failover, even of a topic that was never written to", async () => {
    const { log, advance, failover } = await openMemoryHarness();
    const { head } = await pageOf(log, "a", "oldest");
    await failover("a", 0);
    await advance(1_000);
    for (let i = 0; i < 20; i += 1) await retained(log, "busy");
    expect((await pageOf(log, "a", "oldest")).head).toEqual(head);
  });

  it("resumes a long history as fast as a short one", async () => {
    const log = memoryLog({ retain: { events: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY } });
    const { cursor: inShort } = await log.append("short", numbered(10));
    const { cursor } = await log.append("a", numbered(10));
    for (let i = 0; i < 50; i += 1) await log.append("a", numbered(4_000));
    /** Of the processor, so that it doesn't matter what else the machine does. */
    const timeOf = async (topic: string, from: Cursor) => {
      const start = process.cpuUsage();
      for (let i = 0; i < 2_000; i += 1) await pageOf(log, topic, from, 1);
      return process.cpuUsage(start).user / 1_000;
    };
    await timeOf("short", inShort);
    // A search through 200,000 entries would take seconds.
    expect(await timeOf("a", cursor)).toBeLessThan(10 * (await timeOf("short", inShort)) + 200);
  });
});
