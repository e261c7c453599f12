import { mutation, subscription } from "@sluice/contract";
import { mergeUpdates } from "yjs";
import * as z from "zod";
import { bytes } from "./bytes.ts";

/** Of one window, as Yjs numbers its clients. */
const ClientId = z.int().min(0);

/** Yjs writes no text as two zeros. */
const empty = new Uint8Array([0, 0]);

export const document = {
  /** Yjs updates. They merge in any order, and one that comes twice changes nothing the second time. */
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

  /** Who is here, and where their cursors are, as the awareness protocol of Yjs writes it. */
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
  /** Only who reads `presence` can be seen in it: that is how the server knows who has left. */
  move: mutation({
    input: z.object({ clientId: ClientId, awareness: bytes }),
    errors: { notPresent: { status: 409 } },
  }),
};
