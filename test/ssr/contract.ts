import { defineContract, mutation, query, subscription } from "@sluice/contract";
import * as z from "zod";

const date = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (value) => value.toISOString(),
});
const big = z.codec(z.string(), z.bigint(), { decode: BigInt, encode: String });
const counts = z.codec(z.array(z.tuple([z.string(), z.int()])), z.map(z.string(), z.int()), {
  decode: (entries) => new Map(entries),
  encode: (map) => [...map],
});
const input = z.object({ id: z.string() });

/** What JSON doesn't know, lists, numbers alone, and a topic that only some may see. */
export const contract = defineContract({
  tally: subscription({
    input,
    events: { vote: z.object({ for: z.string(), at: date }) },
    state: {
      schema: z.object({ votes: counts, total: big, last: date.nullable() }),
      initial: { votes: new Map(), total: 0n, last: null },
      apply: {
        vote: ({ votes, total }, vote) => ({
          votes: new Map(votes).set(vote.for, (votes.get(vote.for) ?? 0) + 1),
          total: total + 1n,
          last: vote.at,
        }),
      },
    },
  }),
  count: subscription({
    input,
    events: { step: z.int() },
    state: { schema: z.int(), initial: 0, apply: { step: (sum, by) => sum + by } },
  }),
  posts: subscription({ input, events: { post: z.object({ text: z.string(), at: date }) }, start: { last: 3 } }),
  secret: subscription({
    input,
    events: { word: z.string() },
    state: { schema: z.string(), initial: "word", apply: {} },
  }),
  times: query({ input, output: z.object({ opened: date, size: big }) }),
  vote: mutation({ input: z.object({ id: z.string(), for: z.string() }) }),
});
