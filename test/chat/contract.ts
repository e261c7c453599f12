import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";

export const rooms = ["lobby", "kitchen"] as const;
export type RoomName = (typeof rooms)[number];

const Room = z.object({ room: z.enum(rooms) });
const User = z.object({ user: z.string() });
const Message = z.object({ id: z.string(), user: z.string(), text: z.string(), at: z.int() });
const Names = z.array(z.string());

const without = (names: string[], name: string) => names.filter((other) => other !== name);

export const contract = defineContract({
  session: {
    login: mutation({
      input: z.object({ user: z.string(), password: z.string() }),
      output: z.object({ session: z.string(), token: z.string() }),
      errors: { wrongPassword: {} },
    }),
    renew: mutation({ input: z.object({ session: z.string() }), output: z.object({ token: z.string() }) }),
    logout: mutation(),
    ban: mutation({ input: User }),
  },
  room: {
    // One subscription for all that happens in a room: over HTTP/1.1, a browser has six connections for all its tabs.
    watch: subscription({
      input: Room,
      events: { said: Message, joined: User, left: User, typing: User, paused: User },
      state: {
        schema: z.object({ messages: z.array(Message), here: Names, typing: Names }),
        initial: { messages: [], here: [], typing: [] },
        apply: {
          said: (room, message) => ({ ...room, messages: [...room.messages, message].slice(-100) }),
          joined: (room, { user }) => ({ ...room, here: [...without(room.here, user), user] }),
          left: (room, { user }) => ({ ...room, here: without(room.here, user), typing: without(room.typing, user) }),
          typing: (room, { user }) => ({ ...room, typing: [...without(room.typing, user), user] }),
          paused: (room, { user }) => ({ ...room, typing: without(room.typing, user) }),
        },
      },
    }),
    say: mutation({ input: Room.extend({ id: z.uuid(), text: z.string().min(1).max(2_000) }) }),
    type: mutation({ input: Room.extend({ isTyping: z.boolean() }) }),
  },
});
