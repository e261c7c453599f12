import { mutation, subscription } from "@sluice/contract";
import { mergeUpdates } from "yjs";
import * as z from "zod";
import { bytes } from "./bytes.ts";

/** Identifies one window, as Yjs numbers its clients. */
const ClientId = z.int().min(0);

/** Milliseconds since the Unix epoch. */
const Time = z.int();

const without = <T>(record: Readonly<Record<string, T>>, clientId: number): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([id]) => id !== String(clientId)));

/** How Yjs encodes an empty text: two zeros. */
const empty = new Uint8Array([0, 0]);

export const document = {
  /** Yjs updates. They merge in any order, and applying one twice changes nothing. */
  text: subscription({
    events: { edited: z.object({ update: bytes }) },
    state: {
      schema: z.object({ update: bytes }),
      initial: { update: empty },
      apply: { edited: (text, { update }) => ({ update: mergeUpdates([text.update, update]) }) },
      idempotent: true,
    },
  }),
  edit: mutation({ input: z.object({ update: bytes }) }),

  /**
   * Who is present, and their cursors, in the format of the Yjs awareness protocol. Only the latest visit counts, on whatever server it is:
   * the fold decides that, so the servers need not know of each other.
   */
  presence: subscription({
    input: z.object({ clientId: ClientId }),
    key: [],
    events: {
      entered: z.object({ clientId: ClientId, visit: z.string(), at: Time }),
      moved: z.object({ clientId: ClientId, awareness: bytes, at: Time.default(0) }),
      left: z.object({ clientId: ClientId, visit: z.string().default("") }),
    },
    state: {
      schema: z.object({
        people: z.record(z.string(), bytes),
        /** The visit of each, and when it was last heard of. */
        visits: z.record(z.string(), z.object({ visit: z.string(), at: Time })).default({}),
      }),
      initial: { people: {}, visits: {} },
      apply: {
        entered: ({ people, visits }, { clientId, ...visit }) => ({ people, visits: { ...visits, [clientId]: visit } }),
        moved({ people, visits }, { clientId, awareness, at }) {
          const visit = visits[clientId];
          if (!visit) return { people, visits };
          return { people: { ...people, [clientId]: awareness }, visits: { ...visits, [clientId]: { ...visit, at } } };
        },
        left({ people, visits }, { clientId, visit }) {
          if (visits[clientId] && visits[clientId].visit !== visit) return { people, visits };
          return { people: without(people, clientId), visits: without(visits, clientId) };
        },
      },
    },
  }),
  /** Only a subscriber of `presence` can be seen in it, because the server must know when it leaves. */
  move: mutation({
    input: z.object({ clientId: ClientId, awareness: bytes }),
    errors: { notPresent: { status: 409 } },
  }),
};
