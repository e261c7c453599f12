import { defineContract, subscription } from "@sluice/contract";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createSluice, implement } from "../index.js";

const contract = defineContract({ feed: subscription({ events: { post: z.int() } }) });

/** Opens a stream in a context of this kind, and closes it. */
async function open(context: object): Promise<void> {
  const s = implement(contract).context<object>();
  const sluice = createSluice(s.router({ feed: s.feed.live() }));
  const iterator = sluice.subscribe(contract.feed, undefined, { context })[Symbol.asyncIterator]();
  const next = iterator.next();
  const opened = new Promise((resolve) => setImmediate(resolve)).then(() => sluice.disconnect({ path: "feed" }));
  await Promise.all([next, opened]);
}

describe("a context that says until when a stream may last, or whose it is", () => {
  it.each<[string, unknown]>([
    ["NaN", Number.NaN],
    ["Invalid Date", new Date("x")],
    ['"2026-06-11T19:52:00.000Z"', "2026-06-11T19:52:00.000Z"],
    ["null", null],
  ])("opens nothing where expiresAt is %s, which would never come", async (shown, expiresAt) => {
    await expect(open({ expiresAt })).rejects.toThrow(`expiresAt of the context is ${shown}; allowed are a Date`);
  });

  it.each<[string, unknown]>([
    ["a set", new Set(["user:ann"])],
    ["a text, parts of which would be found", "user:ann"],
    ["null", null],
  ])("opens nothing where tags are %s", async (_what, tags) => {
    await expect(open({ tags })).rejects.toThrow("tags of the context are no array; allowed is an array of strings");
  });

  it.each([{}, { expiresAt: undefined, tags: undefined }, { expiresAt: new Date(8e15), tags: [] }])(
    "opens what it says nothing against: %o",
    async (context) => {
      await expect(open(context)).rejects.toMatchObject({ code: "forbidden" });
    },
  );
});
