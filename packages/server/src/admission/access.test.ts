import { defineContract, query, subscription } from "@sluice/contract";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { sluiceFetch } from "../adapters/fetch.js";
import { createSluice, implement } from "../index.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";

const contract = defineContract({ feed: subscription({ events: { post: z.int() } }), look: query() });

/** Opens a stream with this context, and closes it. */
async function open(context: object): Promise<void> {
  const s = implement(contract).$context<object>();
  const reports: unknown[] = [];
  const router = s.$router({ feed: s.feed.live(), look: s.look.handler(() => {}) });
  const sluice = createSluice(router, { onError: ({ error }) => reports.push(error) });
  const { status, body } = await sluiceFetch(sluice, { context: () => context })("http://host/feed");
  await body?.cancel();
  if (reports.length > 0) throw reports[0];
  if (status !== 200) throw new Error(`The status is ${status}`);
}

describe("a context with expiresAt or tags", () => {
  it.each<[string, unknown]>([
    ["NaN", Number.NaN],
    ["an invalid Date", new Date("x")],
    ['"2026-06-11T19:52:00.000Z"', "2026-06-11T19:52:00.000Z"],
    ["null", null],
  ])("opens no stream if expiresAt is %s, which is not a time", async (shown, expiresAt) => {
    await expect(open({ expiresAt })).rejects.toThrow(`expiresAt of the context is ${shown}; allowed are a Date`);
  });

  it.each<[string, unknown]>([
    ["a set", new Set(["user:ann"])],
    ["a string, in which substrings would match", "user:ann"],
    ["null", null],
  ])("opens no stream if tags are %s", async (_what, tags) => {
    await expect(open({ tags })).rejects.toThrow(
      "tags of the context are not an array; allowed is an array of strings",
    );
  });

  it.each<[string, unknown]>([
    ["1", 1],
    ["undefined", undefined],
    ["an object", { id: "user:ann" }],
  ])("opens no stream if a tag is %s, by which nobody could disconnect it", async (shown, tag) => {
    await expect(open({ tags: ["user:ann", tag] })).rejects.toThrow(
      `tags[1] of the context is ${shown}; allowed is an array of strings`,
    );
  });

  it.each([{}, { expiresAt: undefined, tags: undefined }, { expiresAt: new Date(8e15), tags: [] }])(
    "opens a stream if the context is valid: %o",
    async (context) => {
      await open(context);
    },
  );
});

describe("a context that is no object, and so could not be revoked", () => {
  it.each([
    ["user:ann", "a string"],
    [5, "a number"],
    [true, "a boolean"],
  ] as const)("is an error, also without middleware: %j", async (context, shown) => {
    const message = `context is ${shown}; allowed is an object, or undefined.`;
    await expect(open(context as never)).rejects.toThrow(`What context gave is ${shown}; allowed is an object`);
    await expect(callWith(context)).rejects.toThrow(`call: ${message}`);
  });

  it("is an error if nobody has waited for it", async () => {
    const late = async () => ({ expiresAt: 0 });
    await expect(callWith(late())).rejects.toThrow("call: context is a Promise; wait for it.");
  });

  const callWith = (context: unknown) => {
    const s = implement(contract).$context<object>();
    const sluice = createSluice(s.$router({ feed: s.feed.live(), look: s.look.handler(() => {}) }));
    return sluice.call(contract.look, undefined, { context: context as object });
  };
});

describe("a query in a context with expiresAt", () => {
  const now = 1_000_000;
  const clock = new ManualClock();
  clock.jump(now);
  const call = async (expiresAt: unknown, added?: number) => {
    let handled = false;
    const s = implement(contract).$context<object>();
    const look = s.look
      .use(({ next }) => next({ context: added === undefined ? {} : { expiresAt: added } }))
      .handler(() => {
        handled = true;
      });
    const sluice = createSluice(s.$router({ feed: s.feed.live(), look }), { clock });
    await sluice.call(contract.look, undefined, { context: { expiresAt } });
    return handled;
  };

  it("is answered before that time", async () => {
    expect(await call(now + 1)).toBe(true);
    expect(await call(undefined)).toBe(true);
    expect(await call(now, now + 1)).toBe(true); // a middleware has refreshed it
  });

  it.each<[string, Parameters<typeof call>]>([
    ["its context", [new Date(now)]],
    ["a middleware", [undefined, now - 1]],
  ])("is refused after that time if it comes from %s", async (_whose, given) => {
    await expect(call(...given)).rejects.toMatchObject({
      code: "unauthorized",
      message:
        "The authorisation has expired: this request's context has an `expiresAt` in the past. A procedure that renews must get a context without it.",
    });
  });

  it("is refused if expiresAt is not a time", async () => {
    await expect(call("tomorrow")).rejects.toThrow('expiresAt of the context is "tomorrow"; allowed are a Date');
  });
});
