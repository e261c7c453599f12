import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import {
  type AnyMutation,
  type CodeOf,
  defineContract,
  type EventOf,
  type InputOf,
  mutation,
  type OutputOf,
  query,
  type Schema,
  type StateOf,
  subscription,
} from "./index.js";

/** A generic part of a contract, as applications share them. */
function collection<Item extends z.ZodType>(item: Item) {
  return {
    list: query({ input: z.object({ after: z.string().optional() }), output: z.array(item) }),
    save: mutation({ input: item, output: item, errors: { taken: { data: item } } }),
    changed: subscription({
      input: z.object({ id: z.string() }),
      events: { saved: item, deleted: z.string() },
      key: ["id"],
    }),
  };
}

function latest<Value extends z.ZodType>(schema: Value, initial: CodeOf<Value>) {
  return subscription({ events: { set: schema }, state: { schema, initial, apply: { set: (_, value) => value } } });
}

const logged = <Events extends Record<string, Schema>>(events: Events) => subscription({ events });
const found = <Input extends Schema, Output extends Schema>(input: Input, output: Output) => query({ input, output });

const user = z.object({ id: z.string(), name: z.string(), age: z.int().default(0) });
const contract = defineContract({
  users: collection(user),
  score: latest(z.object({ home: z.int() }), { home: 0 }),
  found: found(z.string(), user),
  all: logged({ a: z.string(), b: z.int() }),
});
type User = { id: string; name: string; age: number };

test("a function that is generic in a schema can define procedures", () => {
  expectTypeOf<OutputOf<typeof contract.users.list>>().toEqualTypeOf<User[]>();
  expectTypeOf<InputOf<typeof contract.users.save>>().toEqualTypeOf<{
    id: string;
    name: string;
    age?: number | undefined;
  }>();
  expectTypeOf<Extract<EventOf<typeof contract.users.changed>, { type: "saved" }>["data"]>().toEqualTypeOf<User>();
  expectTypeOf<StateOf<typeof contract.score>>().toEqualTypeOf<{ home: number }>();
  expectTypeOf<OutputOf<typeof contract.found>>().toEqualTypeOf<User>();
  expectTypeOf<EventOf<typeof contract.all>["type"]>().toEqualTypeOf<"a" | "b">();
});

test("the procedures of such a function are checked by defineContract", () => {
  // @ts-expect-error a Date has no wire form
  defineContract({ dates: collection(z.date()) });
  // @ts-expect-error an event can't be undefined
  defineContract({ maybe: logged({ a: z.string().optional() }) });
});

test("a function may be generic in a procedure", () => {
  const send = <P extends AnyMutation>(_procedure: P, input: InputOf<P>): InputOf<P> => input;
  expectTypeOf(send(contract.users.save, { id: "1", name: "a" }).name).toEqualTypeOf<string>();
  // @ts-expect-error a field is missing
  send(contract.users.save, { id: "1" });
});
