import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";

/** Every event bears a number that no other event of a run bears. */
const events = {
  item: z.object({
    n: z.int(),
    pad: z.string(),
    /** JSON makes null of an undefined one, which no schema takes. */
    marks: z.array(z.number().optional()).optional(),
  }),
};

export interface Digest {
  readonly count: number;
  readonly last: number;
  /** Differs for other events, and for the same ones in another order. */
  readonly digest: number;
}

export const initial: Digest = { count: 0, last: 0, digest: 0 };

export const digestOf = ({ count, digest }: Digest, { n }: { readonly n: number }): Digest => ({
  count: count + 1,
  last: n,
  digest: (Math.imul(digest, 31) + n) | 0,
});

const state = {
  schema: z.object({ count: z.int(), last: z.int(), digest: z.int() }),
  initial,
  apply: { item: digestOf },
};

const run = {
  method: "POST",
  input: z.object({ run: z.string(), prompt: z.string() }),
  key: ["run" as const],
  events,
  errors: { failed: {} },
} as const;

export const contract = defineContract({
  /** Publishes numbers to the topic of a kind. */
  publish: mutation({
    input: z.object({ kind: z.string(), numbers: z.array(z.int()), padding: z.string(), key: z.string().optional() }),
    output: z.object({ cursor: z.string(), duplicate: z.boolean() }),
  }),
  state: {
    folded: subscription({ input: z.object({ room: z.string() }), events, state }),
    /** Its snapshots are the application's, and so it may filter. */
    own: subscription({ events, state }),
  },
  feed: {
    head: subscription({ events }),
    oldest: subscription({ events, start: "oldest" }),
    last: subscription({ events, start: { last: 5 }, onGap: "skip" }),
    skip: subscription({ events, start: "oldest", onGap: "skip" }),
    filtered: subscription({ events, start: "oldest", onGap: "skip" }),
  },
  bot: {
    again: subscription({ events }),
    once: subscription({ events }),
    run: subscription(run),
    /** Yields more than its log keeps. */
    tally: subscription({ ...run, state }),
  },
});

/** What filters let through. */
export const passes = (n: number) => n % 3 !== 0;
