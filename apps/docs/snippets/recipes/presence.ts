import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, type Log } from "@sluice/server";
import * as z from "zod";

// #region contract
const Room = z.object({ room: z.string() });
const Visit = z.object({ visit: z.uuid(), user: z.string(), at: z.int() });

/** A visit that was not heard of for so long is over, in milliseconds. */
export const forgetAfter = 90_000;

type Visits = z.infer<typeof Visit>[];
const without = (visits: Visits, visit: string, now: number) =>
  visits.filter((other) => other.visit !== visit && now - other.at < forgetAfter);

export const contract = defineContract({
  room: subscription({ input: Room, events: { said: z.string() } }),
  who: subscription({
    input: Room,
    events: { here: Visit, left: Visit },
    state: {
      schema: z.array(Visit),
      initial: [],
      apply: {
        here: (visits, visit) => [...without(visits, visit.visit, visit.at), visit],
        left: (visits, { visit, at }) => without(visits, visit, at),
      },
    },
  }),
});
// #endregion contract

/** The names to show: somebody with three tabs at two servers is one person. */
export const peopleOf = (visits: readonly { readonly user: string }[]) => [...new Set(visits.map(({ user }) => user))];

const s = implement(contract).$context<{ user: string }>();

// #region server
const room = s.room.live({
  async onSubscribe({ context: { user }, input, signal, topic }) {
    const who = topic(contract.who, input);
    const visit = randomUUID();
    const say = (type: "here" | "left") => who.publish({ type, data: { visit, user, at: Date.now() } });
    const gone = once(signal, "abort"); // from here on, as it may abort while "here" is published
    const again = setInterval(() => void say("here").catch(() => {}), forgetAfter / 3);
    try {
      await say("here");
      await gone;
    } finally {
      clearInterval(again);
      await say("left");
    }
  },
});
// #endregion server

export const createRooms = (log: Log) =>
  createSluice(s.$router({ room, who: s.who.live() }), { log, linger: 100, onError: () => {} });
