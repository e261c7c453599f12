import { defineContract, mutation, subscription } from "@sluice/contract";
import { createSluice, implement, type Log } from "@sluice/server";
import * as z from "zod";

const Message = z.object({ id: z.string(), text: z.string() });

// #region contract
export const contract = defineContract({
  room: subscription({
    input: z.object({ room: z.string() }),
    events: { said: Message },
    state: {
      schema: z.array(Message),
      initial: [],
      idempotent: true, // an event that the state already has changes nothing
      apply: { said: (all, said) => (all.some(({ id }) => id === said.id) ? all : [...all, said].slice(-100)) },
    },
  }),
  say: mutation({ input: Message.extend({ room: z.string() }) }),
});
// #endregion contract

type Row = z.infer<typeof Message> & { readonly room: string };

/** Stands for your database. */
export const table: Row[] = [];

export function createRoom(log: Log) {
  const s = implement(contract);
  // #region server
  const router = s.$router({
    room: s.room.live({
      snapshot: async ({ input }) => ({
        state: table.filter(({ room }) => room === input.room).map(({ id, text }) => ({ id, text })),
      }),
    }),
    say: s.say.handler(async ({ input: { room, ...message }, topic }) => {
      table.push({ room, ...message }); // first the database, then the event
      await topic(contract.room, { room }).publish({ type: "said", data: message }, { idempotencyKey: message.id });
    }),
  });
  // #endregion server
  return createSluice(router, { log });
}
