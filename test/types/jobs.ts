/** What a project of 200 procedures asks of the compiler: the text of a program for each job. */
export type Job =
  | ("contract" | "plain" | "server" | "hooks" | "query")
  | ("rich loop" | "rich server" | "rich hooks")
  | ("generic factory" | "recursive input");

/** A subscription with an input and one event, and nothing that is expensive to type. */
const plain = (i: number) => `
  p${i}: subscription({
    input: z.object({ id${i}: z.string(), limit${i}: z.int() }),
    events: { tick: z.object({ a${i}: z.string(), b${i}: z.number(), side: z.string() }) },
  }),`;

/** A codec and a default in the input, two events, a state and its fold, and a declared error with data. */
const rich = (i: number) => `
  p${i}: subscription({
    input: z.object({ id${i}: z.string(), limit: z.int().default(10), since: isoDate }),
    events: {
      tick: z.object({ a${i}: z.string(), b${i}: z.number(), side: z.enum(["home", "away"]) }),
      done: z.object({ at${i}: isoDate }),
    },
    state: {
      schema: z.object({ sum${i}: z.number(), at: isoDate.nullable() }),
      initial: { sum${i}: 0, at: null },
      apply: {
        tick: (state, { b${i} }) => ({ ...state, sum${i}: state.sum${i} + b${i} }),
        done: (state, { at${i} }) => ({ ...state, at: at${i} }),
      },
    },
    errors: { missing: { data: z.object({ id${i}: z.string(), by: z.enum(["user", "system"]) }) } },
  }),`;

const find = (i: number) => `
  p${i}: query({
    input: z.object({ id${i}: z.string(), limit${i}: z.number() }),
    output: z.object({ a${i}: z.string(), b${i}: z.number() }),
  }),`;

/** Two procedures of a function that is generic in a schema. */
const made = (i: number) => `
  p${i}: collection(z.object({ id${i}: z.string(), age: z.int().default(0) })),`;

const recursive = (i: number) => `
  p${i}: mutation({
    input: z.object({
      text${i}: z.string(),
      at: isoDate,
      likes: z.int().default(0),
      get replies() {
        return z.array(node);
      },
    }),
    output: node,
  }),`;

const isoDate = `const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});`;

const input = (i: number) => `{ id${i}: "a", limit${i}: 1 }`;

const client = `import { createClient } from "@sluice/client";
const client = createClient(contract, { url: "/" });`;

interface Parts {
  define(i: number): string;
  readonly before: string;
  use(i: number): string;
}

const parts: Readonly<Record<Job, Parts>> = {
  contract: { define: plain, before: "void contract;", use: () => "" },
  plain: {
    define: plain,
    before: client,
    use: (i) =>
      `export async function use${i}() { for await (const { data } of client.p${i}.iterate(${input(i)})) data.a${i}; }`,
  },
  server: {
    define: plain,
    before: `import { createPublisher, implement, memoryLog } from "@sluice/server";
const { topic } = createPublisher(contract, { log: memoryLog() });
const s = implement(contract);`,
    use: (i) => `export const live${i} = s.p${i}.live();
void topic(contract.p${i}, ${input(i)}).publish({ type: "tick", data: { a${i}: "", b${i}: 1, side: "home" } });`,
  },
  hooks: {
    define: plain,
    before: `${client}
import { useSubscription } from "@sluice/client/react";`,
    use: (i) => `export function Use${i}() { return useSubscription(client.p${i}, ${input(i)}).data?.data.a${i}; }`,
  },
  query: {
    define: find,
    before: `${client}
import { sluiceQuery } from "@sluice/client/query";
import { useQuery } from "@tanstack/react-query";`,
    use: (i) => `export function Use${i}() { return useQuery(sluiceQuery(client.p${i}, ${input(i)})).data?.a${i}; }`,
  },
  "rich loop": {
    define: rich,
    before: client,
    use: (i) => `export async function use${i}() {
  const input = { id${i}: "a", since: new Date() };
  client.p${i}.subscribe(input, { onState: ({ sum${i} }) => sum${i}, onError: ({ code }) => code });
  for await (const event of client.p${i}.iterate(input)) if (event.type === "tick") event.data.a${i};
}`,
  },
  "rich server": {
    define: rich,
    before: `import { implement } from "@sluice/server";
const s = implement(contract).$context<{ user: string | null }>();
const requireUser = s.$middleware(({ context, errors, next }) => {
  if (context.user === null) throw errors.unauthorized();
  return next({ context: { user: context.user } });
});`,
    use: (
      i,
    ) => `export const stream${i} = s.p${i}.use(requireUser).stream(async function* ({ input, context, errors }) {
  if (input.limit > 5) throw errors.missing({ data: { id${i}: context.user, by: "user" } });
  yield { type: "tick", data: { a${i}: input.id${i}, b${i}: 1, side: "home" } };
});`,
  },
  "rich hooks": {
    define: rich,
    before: `${client}
import { useSubscription } from "@sluice/client/react";`,
    use: (i) => `export function Use${i}() {
  const view = useSubscription(client.p${i}, { id${i}: "a", since: new Date() });
  return view.data?.sum${i} ?? view.error?.code;
}`,
  },
  "generic factory": {
    define: made,
    before: client,
    use: (i) => `export async function use${i}() {
  await client.p${i}.save({ id${i}: "a" });
  for await (const { data } of client.p${i}.changed.iterate({ id: "a" })) data.age;
}`,
  },
  "recursive input": {
    define: recursive,
    before: client,
    use: (i) => `export async function use${i}() {
  const at = new Date();
  const { replies } = await client.p${i}({ text${i}: "", at, replies: [{ at, replies: [{ at, replies: [] }] }] });
  replies[0]?.replies[0]?.at.getTime();
}`,
  },
};

/** The program of a job, with so many procedures. No two of them have a type in common. */
export function program(job: Job, procedures: number): string {
  const { define, before, use } = parts[job];
  const each = (write: (i: number) => string) => Array.from({ length: procedures }, (_, i) => write(i)).join("\n");
  return `import { defineContract, mutation, query, subscription } from "@sluice/contract";
import * as z from "zod";
${isoDate}
const node = z.object({
  at: isoDate,
  likes: z.int().default(0),
  get replies() {
    return z.array(node);
  },
});
function collection<Item extends z.ZodType>(item: Item) {
  return {
    save: mutation({ input: item, output: item, errors: { taken: { data: item } } }),
    changed: subscription({ input: z.object({ id: z.string() }), events: { saved: item }, key: ["id"] }),
  };
}
export const unused = [collection, mutation, query, subscription, isoDate, node];
const contract = defineContract({${each(define)}
});
${before}
${each(use)}
`;
}
