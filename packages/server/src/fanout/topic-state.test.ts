import { defineContract, subscription } from "@sluice/contract";
import { memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createPublisher } from "../publish/publisher.js";
import { TopicState } from "./topic-state.js";

const contract = defineContract({
  total: subscription({
    events: { add: z.int(), noted: z.string() },
    state: {
      schema: z.object({ sum: z.int(), count: z.int() }),
      initial: { sum: 0, count: 0 },
      apply: {
        add: ({ sum, count }, n) => {
          if (n === 13) throw new Error("unlucky");
          return { sum: sum + n, count: count + 1 };
        },
      },
    },
  }),
});
const topic = "total";
const add = (...numbers: number[]) => numbers.map((data) => ({ type: "add" as const, data }));

describe("TopicState", () => {
  it("folds the log, and only what is new the next time", async () => {
    const log = memoryLog();
    const { publish } = createPublisher(contract, { log });
    const state = new TopicState(log, topic, contract.total);
    expect((await state.current()).json).toBe('{"sum":0,"count":0}');
    await publish(contract.total, undefined, add(1, 2, 3));
    await publish(contract.total, undefined, { type: "noted", data: "no part of the state" });
    const { json, position } = await state.current();
    expect(json).toBe('{"sum":6,"count":3}');
    expect(position).toEqual(await log.head(topic));
  });

  it("gives the position and the state that belong together while others publish", async () => {
    const log = memoryLog();
    const { publish } = createPublisher(contract, { log });
    const state = new TopicState(log, topic, contract.total);
    const seen = await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        if (i % 2) await publish(contract.total, undefined, add(1));
        return state.current();
      }),
    );
    for (const { json, position } of seen)
      expect(JSON.parse(json)).toEqual({ sum: position.offset, count: position.offset });
  });

  it("outlives its history: saved by whoever publishes, before the engine trims", async () => {
    const log = memoryLog({ retain: { events: 10 } });
    const { publish } = createPublisher(contract, { log, snapshotEvery: 25 });
    for (let i = 0; i < 100; i++) await publish(contract.total, undefined, add(1));
    const oldest = await log.read(topic, "oldest", 1);
    expect(oldest.ok && oldest.entries[0]?.position.offset).toBeGreaterThan(1);
    const fresh = await new TopicState(log, topic, contract.total).current();
    expect(JSON.parse(fresh.json)).toEqual({ sum: 100, count: 100 });
  });

  it("begins anew when the engine has trimmed past it", async () => {
    const log = memoryLog({ retain: { events: 5 } });
    const { publish } = createPublisher(contract, { log, snapshotEvery: 10 });
    const behind = new TopicState(log, topic, contract.total);
    await publish(contract.total, undefined, add(1));
    await behind.current();
    for (let i = 0; i < 60; i++) await publish(contract.total, undefined, add(1));
    expect(JSON.parse((await behind.current()).json)).toEqual({ sum: 61, count: 61 });
  });

  it("refuses to publish what apply throws for, and appends none of the batch", async () => {
    const log = memoryLog();
    const { publish } = createPublisher(contract, { log });
    await publish(contract.total, undefined, add(1));
    await expect(publish(contract.total, undefined, add(2, 13))).rejects.toMatchObject({ code: "contractMismatch" });
    expect((await log.head(topic)).offset).toBe(1);
  });

  it("never misfolds what got into the log all the same: every answer from there on is the error", async () => {
    const log = memoryLog();
    const state = new TopicState(log, topic, contract.total);
    await log.append(topic, [{ type: "add", data: "1" }], { stateful: true });
    await log.append(topic, [{ type: "add", data: '"one"' }], { stateful: true });
    await expect(state.current()).rejects.toMatchObject({ code: "contractMismatch" });
    await log.append(topic, [{ type: "add", data: "1" }], { stateful: true });
    await expect(state.current()).rejects.toMatchObject({ code: "contractMismatch" });
  });

  it("says so where the first events are gone and no snapshot was saved", async () => {
    const log = memoryLog({ retain: { events: 2 } });
    for (let i = 0; i < 5; i++) await log.append(topic, [{ type: "add", data: "1" }]);
    await expect(new TopicState(log, topic, contract.total).current()).rejects.toThrow(/cannot be folded/);
  });
});
