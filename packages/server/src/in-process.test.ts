import { defineContract, subscription } from "@sluice/contract";
import { expect, it } from "vitest";
import * as z from "zod";
import { implement } from "./index.js";
import { createSluice } from "./sluice.js";
import { ManualClock } from "./time/manual-clock.test-kit.js";

const contract = defineContract({
  text: subscription({
    events: { add: z.string() },
    state: { schema: z.string(), initial: "", apply: { add: (text, more) => text + more } },
  }),
  run: subscription({ events: { tick: z.int() } }),
});
const events = [1, 2, 3].map(() => ({ type: "add" as const, data: "x".repeat(6_000_000) }));

function setUp() {
  const clock = new ManualClock();
  const s = implement(contract);
  const router = s.$router({
    text: s.text.live(),
    run: s.run.stream(
      async function* () {
        for (let n = 0; n < 200; n++) yield { type: "tick", data: n };
      },
      { resumable: true },
    ),
  });
  return { clock, sluice: createSluice(router, { clock, limits: { eventLength: 20_000_000 } }) };
}

it("reads a state and events that are longer than the limit for remote frames", async () => {
  const { sluice } = setUp();
  await sluice.topic(contract.text).publish(events);
  const long = { type: "add" as const, data: "y".repeat(17_000_000) };
  const lengths: number[] = [];
  const onSnapshot = (text: string) => {
    lengths.push(text.length);
    void sluice.topic(contract.text).publish(long);
  };
  for await (const { data } of sluice.subscribe(contract.text, undefined, { onSnapshot })) {
    lengths.push(data.length);
    break;
  }
  expect(lengths).toEqual([18_000_000, 17_000_000]);
});

it("leaves no timer behind if the reader leaves an ended stream with events unread", async () => {
  const { clock, sluice } = setUp();
  for await (const _ of sluice.subscribe(contract.run, undefined)) {
    // to the end: all of it is in the log
  }
  const iterator = sluice.subscribe(contract.run, undefined)[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toMatchObject({ data: 0 });
  await iterator.return?.();
  expect(clock.timers).toBe(0);
});
