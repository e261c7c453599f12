import { defineContract, mutation, subscription } from "@sluice/contract";
import * as z from "zod";
import { digestOf, initial } from "./digest.js";
import { applyToDoc, emptyDoc } from "./doc.js";
import { type Edition, firstEdition } from "./edition.js";

/** Every event has a number that is unique in a run. */
const numbered = z.object({
  n: z.int(),
  pad: z.string(),
  /** JSON turns an undefined one into null, which the schema refuses. */
  marks: z.array(z.number().optional()).optional(),
});

const events = { item: numbered };

const digest = { count: z.int(), last: z.int(), digest: z.int() };

const state = { schema: z.object(digest), initial, apply: { item: digestOf } };

const run = {
  method: "POST",
  input: z.object({ run: z.string(), prompt: z.string() }),
  key: ["run" as const],
  events,
  errors: { failed: {} },
} as const;

const trunk = () => ({
  /** Publishes numbers to the topic of a kind. */
  publish: mutation({
    input: z.object({ kind: z.string(), numbers: z.array(z.int()), padding: z.string(), key: z.string().optional() }),
    output: z.object({ cursor: z.string(), duplicate: z.boolean() }),
  }),
  state: {
    folded: subscription({ input: z.object({ room: z.string() }), events, state }),
    /** It has the application's own snapshots, so it may filter. */
    own: subscription({ events, state }),
    /** Whether it refuses an event depends on earlier events. */
    doc: subscription({
      events: { item: numbered, close: numbered, reopen: numbered },
      state: { schema: z.object({ ...digest, isOpen: z.boolean() }), initial: emptyDoc, apply: applyToDoc },
    }),
  },
  feed: {
    head: subscription({ events }),
    oldest: subscription({ events, start: "oldest" }),
    last: subscription({ events, start: { last: 5 }, onGap: "skip" }),
    skip: subscription({ events, start: "oldest", onGap: "skip" }),
    filtered: subscription({ events, start: "oldest", onGap: "skip" }),
  },
  bot: {
    again: subscription({ events }),
    once: subscription({ events }),
    run: subscription(run),
    /** Yields more than its log keeps. */
    tally: subscription({ ...run, state }),
  },
});

/** The part in which editions differ. It is untyped, because no typed source has two editions at once. */
function boardOf({ instead, ...edition }: Edition) {
  const { version, types, apply, initial: begun, migrate } = { ...edition, ...instead };
  const known = Object.fromEntries(types.map((type) => [type, numbered])) as unknown as typeof events;
  const fold =
    (type: string) =>
    (before: typeof begun, { n }: { readonly n: number }) =>
      apply(before, type, n);
  const folds = Object.fromEntries(types.map((type) => [type, fold(type)]));
  const own = version > 1 ? { own: z.int().optional() } : {};
  const schema = z.object({ ...digest, ...own });
  return {
    state: subscription({
      events: known,
      state: { schema, initial: begun, apply: folds, version, ...(migrate && { migrate: migrate as never }) },
    }),
    news: subscription({ events: known, start: "oldest", onGap: "skip" }),
  };
}

/** As a process of its own evaluates it: what a server tells once of its contract, another one has not told yet. */
export const ownContractOf = (edition: Edition) => defineContract({ ...trunk(), board: boardOf(edition) });

/** The static type of all contracts of a run. */
export type Contract = ReturnType<typeof ownContractOf>;

const contracts = new WeakMap<Edition, Contract>();

export function contractOf(edition: Edition): Contract {
  const contract = contracts.get(edition) ?? ownContractOf(edition);
  contracts.set(edition, contract);
  return contract;
}

export const contract = contractOf(firstEdition);

/** The numbers that filters pass. */
export const passes = (n: number) => n % 3 !== 0;
