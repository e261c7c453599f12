import { defineContract, subscription } from "@sluice/contract";
import { expect, it } from "vitest";
import * as z from "zod";
import { createSluice, implement } from "../index.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";

const texts = { input: z.object({ length: z.int() }), events: { text: z.string() } };
const contract = defineContract({
  live: subscription({ ...texts, start: "oldest" }),
  plain: subscription(texts),
  resumable: subscription(texts),
});
const quotes = 2;

function setUp(eventLength: number) {
  const s = implement(contract);
  async function* generator({ input }: { input: { length: number } }) {
    yield { type: "text" as const, data: "x".repeat(input.length - quotes) };
  }
  const router = s.$router({
    live: s.live.live(),
    plain: s.plain.stream(generator),
    resumable: s.resumable.stream(generator, { resumable: true }),
  });
  return createSluice(router, { limits: { eventLength }, onError: () => {} });
}

it.each([100, 2_000_000])("accepts an event up to limits.eventLength from every source (%d)", async (limit) => {
  const sluice = setUp(limit);
  const first = async (name: "live" | "plain" | "resumable", length: number) => {
    if (name === "live") {
      await sluice.topic(contract.live, { length }).publish({ type: "text", data: "x".repeat(length - quotes) });
    }
    for await (const { data } of subscribe(sluice, contract[name], { length })) return data.length + quotes;
    return undefined;
  };
  for (const name of ["live", "plain", "resumable"] as const) {
    expect(await first(name, limit), name).toBe(limit);
    const tooLong = name === "live" ? { name: "RangeError" } : { code: "internal" };
    await expect(first(name, limit + 1), name).rejects.toMatchObject(tooLong);
  }
});
