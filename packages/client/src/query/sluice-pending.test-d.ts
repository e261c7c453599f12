import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { useMutation } from "@tanstack/react-query";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import { createClient } from "../client.js";
import { sluiceMutation, sluicePending } from "./index.js";

const Message = z.object({ id: z.string(), text: z.string() });
const contract = defineContract({
  room: subscription({
    input: z.object({ room: z.string() }),
    events: { said: Message, muted: z.string() },
    state: { schema: z.array(Message), initial: [], apply: { said: (all, message) => [...all, message] } },
  }),
  ticks: subscription({ events: { tick: z.number() } }),
  say: mutation({ input: Message.extend({ room: z.string() }), output: z.object({ cursor: z.string() }) }),
  shout: mutation({ input: Message.extend({ room: z.string() }), errors: { tooLoud: {} } }),
  find: query({ output: z.string() }),
});
const client = createClient(contract, { url: "/api" });
const room = { room: "r" };

test("a change knows the state, its events, and the mutation's input", () => {
  const options = sluiceMutation(client.shout, {
    optimistic: ({ room, ...message }) => {
      expectTypeOf(message).toEqualTypeOf<{ id: string; text: string }>();
      return sluicePending(
        client.room,
        { room },
        {
          state(all) {
            expectTypeOf(all[0]?.text).toEqualTypeOf<string | undefined>();
            return [...all, message];
          },
          echo: {
            said: ({ id }, event) => id === message.id && event.id !== "",
            muted: (text) => text.length > 0,
          },
        },
      );
    },
  });
  const { mutate, error } = useMutation({ ...options, onSuccess: () => {} });
  mutate({ id: "1", text: "", room: "r" });
  if (error?.code === "tooLoud") expectTypeOf(error.data).toEqualTypeOf<undefined>();
});

test("without a cursor in the output, the event has to be recognised", () => {
  const unrecognised = () => sluicePending(client.room, room, { state: (all) => all });
  sluiceMutation(client.say, { optimistic: unrecognised });
  // @ts-expect-error: nothing tells when it has come
  sluiceMutation(client.shout, { optimistic: unrecognised });
});

test("there may be several", () => {
  const one = sluicePending(client.room, room, { state: (all) => all, echo: { said: () => true } });
  sluiceMutation(client.shout, { optimistic: () => [one, one] });
});

test("what doesn't fit is refused", () => {
  // @ts-expect-error: no such state
  sluicePending(client.room, room, { state: () => "text" });
  // @ts-expect-error: no such event
  sluicePending(client.room, room, { state: (all) => all, echo: { gone: () => true } });
  // @ts-expect-error: no such input
  sluicePending(client.room, { id: "r" }, { state: (all) => all });
  // @ts-expect-error: no subscription
  sluicePending(client.find, undefined, { state: (all) => all });
  // @ts-expect-error: it has no state
  sluicePending(client.ticks, undefined, { state: (price) => price + 1 });
  // @ts-expect-error: no such option
  sluiceMutation(client.say, { pending: () => [] });
});
