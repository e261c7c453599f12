import { mutation, subscription } from "@sluice/contract";
import { mergeUpdates } from "yjs";
import * as z from "zod";
import { bytes } from "./bytes.ts";

/** Identifies one window, as Yjs numbers its clients. */
const ClientId = z.int().min(0);

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

  /** Who is present, and their cursors, in the format of the Yjs awareness protocol. */
  presence: subscription({
    input: z.object({ clientId: ClientId }),
    key: [],
    events: {
      moved: z.object({ clientId: ClientId, awareness: bytes }),
      left: z.object({ clientId: ClientId }),
    },
    state: {
      schema: z.object({ people: z.record(z.string(), bytes) }),
      initial: { people: {} },
      apply: {
        moved: ({ people }, { clientId, awareness }) => ({ people: { ...people, [clientId]: awareness } }),
        left: ({ people }, { clientId }) => ({
          people: Object.fromEntries(Object.entries(people).filter(([id]) => id !== String(clientId))),
        }),
      },
    },
  }),
  /** Only a subscriber of `presence` can be seen in it, because the server must know when it leaves. */
  move: mutation({
    input: z.object({ clientId: ClientId, awareness: bytes }),
    errors: { notPresent: { status: 409 } },
  }),
};
