/** What a project of 200 procedures asks of the compiler: the text of a program for each job. */
export type Job = "contract" | "plain" | "server" | "hooks" | "query" | "rich";

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
  rich: {
    define: rich,
    before: `${client}
import { useSubscription } from "@sluice/client/react";`,
    use: (i) => `export function Use${i}() {
  const view = useSubscription(client.p${i}, { id${i}: "a", since: new Date() });
  return view.data?.sum${i} ?? view.error?.code;
}`,
  },
};

/** The program of a job, with so many procedures. No two of them have a type in common. */
export function program(job: Job, procedures: number): string {
  const { define, before, use } = parts[job];
  const each = (write: (i: number) => string) => Array.from({ length: procedures }, (_, i) => write(i)).join("\n");
  return `import { defineContract, query, subscription } from "@sluice/contract";
import * as z from "zod";
${isoDate}
export const unused = [query, subscription, isoDate];
const contract = defineContract({${each(define)}
});
${before}
${each(use)}
`;
}
