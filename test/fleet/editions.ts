import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { implement } from "@sluice/server";
import * as z from "zod";
import { Post } from "./contract.ts";

/** Of one contract, before a deploy and after it. */
export type Edition = "old" | "new";

type Counts = Record<string, number>;

const count =
  (key: string) =>
  (state: Counts): Counts => ({ ...state, [key]: (state[key] ?? 0) + 1 });

const more = ({ goals }: { goals: number }) => ({ goals: goals + 1 });
const goals = { schema: z.object({ goals: z.int() }), initial: { goals: 0 }, apply: { goal: more } };
const cards = z.object({ goals: z.int(), cards: z.int() });

const calls = {
  post: mutation({ input: Post, output: z.object({}) }),
  /** The states as this server has them. */
  states: query({ output: z.record(z.string(), z.record(z.string(), z.int())) }),
};

const board = () => subscription({ events: { goal: Post }, state: goals });

/** Named after what becomes of them. */
const old = defineContract({
  added: board(),
  renamed: board(),
  widened: board(),
  plain: subscription({ events: { goal: Post } }),
  ...calls,
});

/** With an event that is added, one that is renamed, and a member of the state that is added. */
const changed = {
  added: subscription({
    events: { goal: Post, penalty: Post },
    state: { ...goals, apply: { ...goals.apply, penalty: count("goals") } } as never,
  }),
  renamed: subscription({
    events: { scored: Post },
    state: { ...goals, apply: { scored: count("goals") }, version: 2, migrate: (state: Counts) => state } as never,
  }),
  widened: subscription({
    events: { goal: Post, card: Post },
    state: {
      schema: cards,
      initial: { goals: 0, cards: 0 },
      apply: { goal: count("goals"), card: count("cards") },
      version: 2,
      migrate: (state: Counts) => ({ cards: 0, ...state }),
    } as never,
  }),
  plain: subscription({ events: { goal: Post, penalty: Post } }),
  ...calls,
};

/** Both have the old one's type: no typed source has two. */
export type Contract = typeof old;
export const contracts: Readonly<Record<Edition, Contract>> = {
  old,
  new: defineContract(changed as never) as unknown as Contract,
};

/** What an edition publishes to each topic for a post: the new one its own events for every second. */
const types = (edition: Edition, n: number) =>
  edition === "old"
    ? { added: "goal", renamed: "goal", widened: "goal", plain: "goal" }
    : n % 2 === 0
      ? { added: "penalty", renamed: "scored", widened: "card", plain: "penalty" }
      : { added: "goal", renamed: "scored", widened: "goal", plain: "goal" };

export const boards = ["added", "renamed", "widened"] as const;

export function routerOf(edition: Edition) {
  const contract = contracts[edition];
  const s = implement(contract);
  return s.$router({
    added: s.added.live(),
    renamed: s.renamed.live(),
    widened: s.widened.live(),
    plain: s.plain.live(),
    post: s.post.handler(async ({ input: data, topic }) => {
      const options = { idempotencyKey: `${data.by}/${data.n}` };
      const publishing = Object.entries(types(edition, data.n)).map(([name, type]) =>
        topic(contract[name as "plain"]).publish({ type: type as "goal", data }, options),
      );
      await Promise.all(publishing);
      return {};
    }),
    states: s.states.handler(async ({ topic }) => {
      const read = boards.map(async (name) => [name, (await topic(contract[name]).state()).state as Counts] as const);
      return Object.fromEntries(await Promise.all(read));
    }),
  });
}
