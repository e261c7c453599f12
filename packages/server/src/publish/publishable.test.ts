import { defineContract, subscription } from "@sluice/contract";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createSluice, implement } from "../index.js";

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
const router = s.router({
  feed: s.feed.live(),
  room: s.room.live(),
  run: s.run.stream(none, { resumable: true }),
  once: s.once.stream(none),
});
const post = { type: "post", data: "x" } as const;

describe("publish()", () => {
  it("takes nothing for a procedure whose events are those of its generator", async () => {
    const sluice = createSluice(router);
    const refusal = (path: string) => `takes what live() serves; the events of "${path}" are those of its generator`;
    await expect(sluice.publish(contract.run, { id: "1" }, post)).rejects.toThrow(refusal("run"));
    await expect(sluice.publish(contract.once, post)).rejects.toThrow(refusal("once"));
    const seen: string[] = [];
    for await (const event of sluice.subscribe(contract.run, { id: "1" })) seen.push(event.data);
    expect(seen).toEqual([]); // and the run has begun, and ended, by itself
  });

  it.each([
    ["a text", "x", /"x" is no event/],
    ["null", null, /null is no event/],
    ["an object without a type", { data: "x" }, /is no event/],
    ["an array with one that is none", [post, 1], /1 is no event/],
    ["an array in an array", [[post]], /is no event/],
  ])("takes no %s for an event, and says what one is", async (_what, given, message) => {
    const sluice = createSluice(router);
    const refused = sluice.publish(contract.room, { id: "1" }, given as never);
    await expect(refused).rejects.toMatchObject({ name: "ValidationError" });
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toThrow('publish() to "room"');
  });
});
