import { defineContract, subscription } from "@sluice/contract";
import { type Log, memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import * as z from "zod";
import { implement } from "../index.js";
import { createSluice } from "../sluice.js";
import { turns } from "../test-kit/resumable.test-kit.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";

const input = z.object({ id: z.string() });
const sum = { schema: z.int(), initial: 0, apply: { inc: (total: number, n: number) => total + n } };
const contract = defineContract({ sum: subscription({ input, events: { inc: z.int() }, state: sum }) });

/** A sluice with a run that has state. It yields the `events`, and waits for its signal, in its `finally` at the latest. */
function setUp({ log = memoryLog(), events = [] }: { log?: Log; events?: unknown[] } = {}) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const seen = { running: 0 };
  const s = implement(contract);
  const router = s.$router({
    sum: s.sum.stream(
      async function* ({ signal }) {
        seen.running++;
        const aborted = new Promise((resolve) => signal.addEventListener("abort", resolve));
        try {
          for (const data of events) yield { type: "inc", data: data as number };
          await aborted;
        } finally {
          await aborted;
          seen.running--;
        }
      },
      { resumable: true, abandonAfter: 10_000 },
    ),
  });
  const sluice = createSluice(router, { log, clock, onError: ({ error }) => errors.push(error) });
  const read = async (signal = new AbortController().signal) => {
    for await (const _ of subscribe(sluice, contract.sum, { id: "r" }, { signal }));
  };
  return { sluice, clock, errors, seen, read };
}

it("a run is not started for a subscriber whose opening fails", async () => {
  const inner = memoryLog();
  const appended: unknown[] = [];
  const world = setUp({
    log: {
      ...inner,
      open: (topic, options) =>
        topic === "$control" ? inner.open(topic, options) : Promise.reject(new Error("no such table")),
      append: (...args) => {
        appended.push(args);
        return inner.append(...args);
      },
    },
  });
  await expect(world.read()).rejects.toMatchObject({ code: "internal" });
  expect(world.errors).toMatchObject([{ message: "no such table" }]);
  await turns();
  expect([world.seen.running, appended, world.clock.timers]).toEqual([0, [], 0]);
});

it("a run is abandoned in time though whoever started it left before it could attach", async () => {
  const inner = memoryLog();
  const leaving = new AbortController();
  const append: Log["append"] = (...args) => {
    leaving.abort();
    return inner.append(...args);
  };
  const world = setUp({ log: { ...inner, append } });
  await world.read(leaving.signal);
  await turns();
  expect(world.seen.running).toBe(1);
  world.clock.advance(9_000);
  await turns();
  expect(world.seen.running).toBe(1);
  world.clock.advance(2_500);
  await turns();
  expect(world.seen).toEqual({ running: 0 });
});

it("a generator whose event is no event is told by its signal before it is asked to return", async () => {
  const world = setUp({ events: ["one"] });
  await expect(world.read()).rejects.toMatchObject({ code: "internal" });
  await turns();
  expect(world.seen).toEqual({ running: 0 });
  expect(world.errors).toMatchObject([{ name: "ValidationError" }]);
});
