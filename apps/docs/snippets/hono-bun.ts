import { defineContract, mutation, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { Hono } from "hono";
import * as z from "zod";

export const contract = defineContract({
  chat: {
    room: subscription({ input: z.object({ room: z.string() }), events: { said: z.string() } }),
    say: mutation({ input: z.object({ room: z.string(), text: z.string() }) }),
  },
});

const { chat, $router } = implement(contract);
const router = $router({
  chat: {
    room: chat.room.live(),
    say: chat.say.handler(async ({ input: { room, text }, topic }) => {
      await topic(contract.chat.room, { room }).publish({ type: "said", data: text });
    }),
  },
});

const handler = sluiceFetch(createSluice(router), { base: "/api" });

// Bun serves it, at the port that PORT says.
export default new Hono().all("/api/*", (c) => handler(c.req.raw, c.env));
