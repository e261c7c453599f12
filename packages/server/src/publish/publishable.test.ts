import { defineContract, subscription } from "@sluice/contract";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createSluice, implement } from "../index.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";

const input = z.object({ id: z.string() });
const events = { post: z.string() };
const contract = defineContract({
  feed: subscription({ events }),
  room: subscription({ input, events }),
  run: subscription({ input, events }),
  once: subscription({ events }),
});
const s = implement(contract);
const none = async function* () {};
const router = s.$router({
  feed: s.feed.live(),
  room: s.room.live(),
  run: s.run.stream(none, { resumable: true }),
  once: s.once.stream(none),
});
const post = { type: "post", data: "x" } as const;

describe("publish()", () => {
  it("refuses a procedure whose events come from its generator", async () => {
    const sluice = createSluice(router);
    const refusal = (path: string) =>
      `takes procedures that live() serves; the events of "${path}" come from its generator`;
    await expect(sluice.topic(contract.run, { id: "1" }).publish(post)).rejects.toThrow(refusal("run"));
    await expect(sluice.topic(contract.once).publish(post)).rejects.toThrow(refusal("once"));
    const seen: string[] = [];
    for await (const event of subscribe(sluice, contract.run, { id: "1" })) seen.push(event.data);
    expect(seen).toEqual([]); // the run has started and ended by itself
  });

  it.each([
    ["a string", "x", /"x" is not an event/],
    ["null", null, /null is not an event/],
    ["an object without a type", { data: "x" }, /is not an event/],
    ["an array with a value that is not an event", [post, 1], /1 is not an event/],
    ["an array in an array", [[post]], /is not an event/],
  ])("refuses %s as an event, and says what an event is", async (_what, given, message) => {
    const sluice = createSluice(router);
    const refused = sluice.topic(contract.room, { id: "1" }).publish(given as never);
    await expect(refused).rejects.toMatchObject({ name: "ValidationError" });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow('publish() to "room"');
  });
});
