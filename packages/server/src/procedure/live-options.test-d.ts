import { defineContract, subscription } from "@sluice/contract";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import { implement } from "../index.js";

const input = z.object({ room: z.string(), limit: z.int().default(5) });
const events = { joined: z.string(), left: z.object({ name: z.string() }) };
const contract = defineContract({
  keyed: subscription({ input, key: ["room"], events, errors: { closed: {} } }),
  whole: subscription({ input, events }),
  none: subscription({ events }),
});
const s = implement(contract).$context<{ user: string | null }>();
const signedIn = s.$middleware(({ context, next }) => next({ context: { user: context.user ?? "" } }));

test("onSubscribe gets what handlers get: the context behind middleware, the whole input, and the errors", () => {
  s.keyed.use(signedIn).live({
    onSubscribe: ({ input, context, signal, errors, path }) => {
      expectTypeOf(input).toEqualTypeOf<{ room: string; limit: number }>();
      expectTypeOf(context.user).toEqualTypeOf<string>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(path).toEqualTypeOf<string>();
      errors.closed();
    },
  });
  s.none.live({ onSubscribe: async () => {} });
  // What it returns is nobody's.
  s.none.live({ onSubscribe: ({ topic }) => topic(contract.none).publish({ type: "joined", data: "a" }) });
  // @ts-expect-error no function
  s.none.live({ onSubscribe: true });
  // @ts-expect-error a generator has no subscribers that it can tell of
  s.none.stream(async function* () {}, { onSubscribe: () => {} });
});

test("a source gets the key fields of the input, and no context; it yields the contract's events", () => {
  s.keyed.live({
    source: async function* ({ input, signal, errors, ...rest }) {
      expectTypeOf(input).toEqualTypeOf<Pick<{ room: string; limit: number }, "room">>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf<keyof typeof rest & "context">().toEqualTypeOf<never>();
      yield { type: "joined", data: input.room };
      yield { type: "left", data: { name: "a" } };
      throw errors.closed();
    },
  });
  s.whole.live({
    source: async function* ({ input }) {
      expectTypeOf(input).toEqualTypeOf<{ room: string; limit: number }>();
      yield { type: "joined", data: input.room };
    },
  });
  s.none.live({
    source: async function* ({ input }) {
      expectTypeOf(input).toEqualTypeOf<undefined>();
      yield { type: "joined", data: "a" };
    },
  });
  s.none.live({
    // @ts-expect-error no such event
    source: async function* () {
      yield { type: "moved", data: "a" };
    },
  });
  s.none.live({
    // @ts-expect-error data of another event
    source: async function* () {
      yield { type: "joined", data: { name: "a" } };
    },
  });
});
