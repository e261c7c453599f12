import { defineContract, mutation, query, subscription } from "@sluice/contract";
import * as z from "zod";
import { neighbour } from "./in-lanes.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

const post = { post: z.object({ n: z.int(), pad: z.string().optional() }) };
const token = { token: z.string() };

const sum = {
  schema: z.object({ sum: z.int(), last: z.int() }),
  initial: { sum: 0, last: 0 },
  apply: { add: (state: { sum: number; last: number }, n: number) => ({ sum: state.sum + n, last: n }) },
};
const latest = {
  schema: z.object({ at: isoDate.nullable() }),
  initial: { at: null },
  apply: { moved: (_: unknown, at: Date) => ({ at }) },
  idempotent: true as const,
};

export const contract = defineContract({
  neighbour,
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string() }),
      events: {
        goal: z.object({ team: z.enum(["home", "away"]), minute: z.int() }),
        fullTime: z.object({ at: isoDate }),
      },
      state: {
        schema: z.object({ home: z.int(), away: z.int(), endedAt: isoDate.nullable() }),
        initial: { home: 0, away: 0, endedAt: null },
        apply: {
          goal: (state, { team }) => ({ ...state, [team]: state[team] + 1 }),
          fullTime: (state, { at }) => ({ ...state, endedAt: at }),
        },
      },
    }),
    report: mutation({
      input: z.object({ matchId: z.string(), at: isoDate.optional() }),
      output: z.object({ cursor: z.string() }),
      errors: {
        matchNotFound: { status: 404, data: z.object({ matchId: z.string(), since: isoDate }) },
        closed: {},
      },
    }),
    find: query({ input: z.object({ matchId: z.string(), limit: z.int().default(5) }), output: z.unknown() }),
    ping: query(),
  },
  feed: {
    head: subscription({ events: post }),
    oldest: subscription({ events: post, start: "oldest" }),
    last: subscription({ events: post, start: { last: 3 } }),
    skip: subscription({ events: post, onGap: "skip" }),
    /** Its filter passes only even numbers. */
    filtered: subscription({ events: post, start: "oldest" }),
    /** Only for signed-in users. */
    private: subscription({ events: post }),
    /** Its topic depends on any input. */
    of: subscription({ input: z.unknown(), events: post }),
    /** Opening it has side effects. */
    posted: subscription({ events: post, method: "POST" }),
  },
  own: {
    counter: subscription({ events: { add: z.int() }, state: sum }),
    place: subscription({ events: { moved: isoDate }, state: latest }),
  },
  bot: {
    /** A cut ends it. */
    once: subscription({ events: token, errors: { overloaded: { status: 503, data: z.object({ at: isoDate }) } } }),
    /** May be run again. */
    again: subscription({ events: token }),
    prompt: subscription({ input: z.object({ prompt: z.string() }), events: token, method: "POST" }),
  },
});
