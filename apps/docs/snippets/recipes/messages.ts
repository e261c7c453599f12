import { type ClientOptions, createClient } from "@sluice/client";
import { defineContract, mutation, subscription } from "@sluice/contract";
import { createSluice, implement, type Log } from "@sluice/server";
import * as z from "zod";

// #region contract
const Message = z.object({ id: z.uuid(), text: z.string() });
const Room = z.object({ room: z.string() });

export const contract = defineContract({
  messages: subscription({
    input: Room,
    events: { said: Message },
    state: {
      schema: z.array(Message),
      initial: [],
      apply: { said: (all, message) => [...all, message].slice(-100) },
    },
  }),
  say: mutation({ input: Message.extend(Room.shape) }),
});
// #endregion contract

// #region server
const s = implement(contract);

const router = s.$router({
  messages: s.messages.live(),
  say: s.say.handler(async ({ input: { room, ...message }, topic }) => {
    await topic(contract.messages, { room }).publish({ type: "said", data: message }, { idempotencyKey: message.id });
  }),
});

export const createMessages = (log: Log) => createSluice(router, { log });
// #endregion server

export const createMessagesClient = (options: ClientOptions) => createClient(contract, options);

type MessagesClient = ReturnType<typeof createMessagesClient>;

// #region client
export function showRoom(client: MessagesClient, room: string, show: (texts: readonly string[]) => void): () => void {
  return client.messages.subscribe({ room }, { onState: (all) => show(all.map(({ text }) => text)) });
}
// #endregion client
