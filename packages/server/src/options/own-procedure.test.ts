import { type AnyProcedure, defineContract, mutation, query, subscription } from "@sluice/contract";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createPublisher, createSluice, implement, memoryLog } from "../index.js";
import { subscribe } from "../test-kit/subscribe.test-kit.js";

/** The result of one evaluation of a contract's module. */
const evaluate = () =>
  defineContract({
    scores: {
      watch: subscription({
        input: z.object({ matchId: z.string() }),
        events: { goal: z.object({ by: z.int() }), card: z.object({ of: z.string() }) },
        state: { schema: z.int(), initial: 0, apply: { goal: (sum, { by }) => sum + by } },
      }),
      best: query({ output: z.int() }),
    },
  });

const input = { matchId: "m1" };
const goal = { type: "goal" as const, data: { by: 2 } };

describe("a contract whose module was evaluated twice", () => {
  const [mine, other] = [evaluate(), evaluate()];
  const s = implement(mine);
  const again = implement(other);
  const router = s.$router({
    scores: { watch: again.scores.watch.live(), best: s.scores.best.handler(() => 7) },
  });

  it("is one contract to a router, a running Sluice and a publisher", async () => {
    const log = memoryLog();
    const sluice = createSluice(router, { log });
    await sluice.topic(other.scores.watch, input).publish(goal);
    await createPublisher(other, { log }).topic(mine.scores.watch, input).publish(goal);
    for (const { scores } of [mine, other]) {
      expect(await sluice.topic(scores.watch, input).state()).toMatchObject({ state: 4 });
      expect(await sluice.call(scores.best, undefined)).toBe(7);
      const events = subscribe(sluice, scores.watch, input);
      const next = events.next();
      await new Promise((resolve) => setImmediate(resolve));
      await sluice.topic(mine.scores.watch, input).publish({ type: "card", data: { of: "ann" } });
      expect((await next).value).toMatchObject({ type: "card", data: { of: "ann" } });
      await events.return();
    }
  });
});

describe("a procedure of another contract at the same path", () => {
  const contract = evaluate();
  const s = implement(contract);
  const sluice = createSluice(
    s.$router({ scores: { watch: s.scores.watch.live(), best: s.scores.best.handler(() => 7) } }),
  );
  const sub = (events: Record<string, z.ZodType>) =>
    defineContract({ scores: { watch: subscription({ events, input: z.object({ matchId: z.string() }) }) } }).scores
      .watch;

  it.each<[string, AnyProcedure, RegExp]>([
    [
      "other events",
      sub({ goal: z.object({ by: z.int() }) }),
      /"scores\/watch" is not one: .* the events goal instead of card, goal/,
    ],
    [
      "another kind",
      defineContract({ scores: { watch: mutation() } }).scores.watch,
      /"scores\/watch" is not one: .* the kind mutation instead of subscription/,
    ],
    ["another path", defineContract({ scores: { list: query() } }).scores.list, /"scores\/list" is not one/],
    ["no path, without defineContract()", subscription({ events: { goal: z.int() } }), /"" is not one/],
    ["nothing", undefined as never, / of this contract, as defineContract\(\) made it, not undefined\.$/],
  ])("is refused by topic and call: %s", async (_what, procedure, message) => {
    const given = procedure as never;
    expect(() => sluice.topic(given, input as never)).toThrow(message);
    await expect(sluice.call(given, input as never)).rejects.toThrow(message);
  });

  it("is refused by topic if it is not a subscription", () => {
    expect(() => sluice.topic(contract.scores.best as never, undefined as never)).toThrow(
      'topic() takes a subscription of this contract; "scores/best" is not one.',
    );
  });

  it("is refused by a router, which names the difference", () => {
    const events = { goal: z.object({ by: z.int() }) };
    const wrong = implement(defineContract({ scores: { watch: subscription({ events }) } }));
    const tree = { scores: { watch: wrong.scores.watch.live(), best: s.scores.best.handler(() => 7) } };
    expect(() => s.$router(tree as never)).toThrow(
      'The router implements "scores/watch" of another contract, with the events goal instead of card, goal.',
    );
  });
});
