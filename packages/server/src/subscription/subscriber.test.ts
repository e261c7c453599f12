import { defineContract, subscription } from "@sluice/contract";
import { expect, it } from "vitest";
import * as z from "zod";
import { sluiceFetch } from "../adapters/fetch.js";
import { implement } from "../index.js";
import { createSluice } from "../sluice.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";

const contract = defineContract({
  ticks: subscription({ events: { tick: z.string() } }),
  run: subscription({ events: { tick: z.string() } }),
});
const tick = (data: string) => ({ type: "tick" as const, data });
const turns = async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** Bytes that a body takes before it is full. */
const room = 16 * 1024;
/** More than that. */
const many = Array.from({ length: 100 }, (_, n) => `${n}`.padEnd(1_000));

function setUp() {
  const clock = new ManualClock();
  const s = implement(contract);
  const router = s.$router({
    ticks: s.ticks.live({ filter: () => true }),
    run: s.run.stream(
      async function* () {
        for (const text of many) yield tick(text);
      },
      { resumable: true },
    ),
  });
  return { clock, sluice: createSluice(router, { clock }) };
}

it("ends with the topic's end, also where that has filled the reader", async () => {
  const { sluice } = setUp();
  const taken: string[] = [];
  for await (const { data } of subscribe(sluice, contract.run)) taken.push(data);
  expect(taken).toEqual(many);
});

it("gives a reader that a heartbeat has filled what its filter lets through once there is room", async () => {
  const { clock, sluice } = setUp();
  const reader = (await sluiceFetch(sluice)("http://host/ticks")).body?.getReader();
  const read = async () => new TextDecoder().decode((await reader?.read())?.value);
  const readUntil = async (part: string) => {
    for (;;) {
      const text = await read();
      if (text.includes(part)) return text;
    }
  };
  await readUntil("$live");
  await sluice.topic(contract.ticks).publish(tick(""));
  const { length } = await readUntil("tick");
  await sluice.topic(contract.ticks).publish(tick("x".repeat(room - length - 1)));
  await turns();
  expect(sluice.stats().lagging).toBe(0);
  clock.advance(15_000);
  expect(sluice.stats().lagging).toBe(1);
  await sluice.topic(contract.ticks).publish(tick("last"));
  await turns();
  expect(sluice.stats().lagging).toBe(1);
  await readUntil("last");
  await reader?.cancel();
});
