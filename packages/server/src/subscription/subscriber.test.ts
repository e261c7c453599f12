import { defineContract, subscription } from "@sluice/contract";
import { expect, it } from "vitest";
import * as z from "zod";
import { implement } from "../index.js";
import { createSluice } from "../sluice.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";

const contract = defineContract({
  ticks: subscription({ events: { tick: z.int() } }),
  run: subscription({ events: { tick: z.int() } }),
});
const tick = (data: number) => ({ type: "tick" as const, data });
const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** More than a reader in this process takes before it is full. */
const many = Array.from({ length: 100 }, (_, n) => n);

function setUp() {
  const clock = new ManualClock();
  const s = implement(contract);
  const router = s.$router({
    ticks: s.ticks.live({ filter: () => true }),
    run: s.run.stream(
      async function* () {
        for (const n of many) yield tick(n);
      },
      { resumable: true },
    ),
  });
  return { clock, sluice: createSluice(router, { clock }) };
}

async function take(events: AsyncIterable<{ data: number }>, count = Number.POSITIVE_INFINITY): Promise<number[]> {
  const taken: number[] = [];
  for await (const { data } of events) if (taken.push(data) === count) break;
  return taken;
}

it("ends with the topic's end, also where that has filled the reader", async () => {
  const { sluice } = setUp();
  expect(await take(sluice.subscribe(contract.run, undefined))).toEqual(many);
});

it("gives a reader that a heartbeat has filled what its filter lets through once there is room", async () => {
  const { clock, sluice } = setUp();
  const iterator = sluice.subscribe(contract.ticks, undefined)[Symbol.asyncIterator]();
  const first = iterator.next();
  await turns();
  await sluice.topic(contract.ticks).publish(tick(0));
  await first;
  for (const n of many) {
    await sluice.topic(contract.ticks).publish(tick(n));
    await turns();
    clock.advance(15_000);
  }
  expect(await take({ [Symbol.asyncIterator]: () => iterator }, many.length)).toEqual(many);
});
