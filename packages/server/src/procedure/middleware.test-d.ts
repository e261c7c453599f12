import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import { implement } from "../index.js";

const matchId = z.string();
const matchNotFound = { status: 404, data: z.object({ matchId }) };
const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId, limit: z.int().default(5) }),
      events: { goal: z.string() },
      errors: { matchNotFound, closed: {} },
    }),
    report: mutation({ input: z.object({ matchId, minute: z.int() }), errors: { matchNotFound } }),
    undo: mutation({ input: z.object({ matchId }), errors: { matchNotFound } }),
    best: query({ input: z.object({ matchId }) }),
    byNumber: query({ input: z.object({ matchId: z.number() }), errors: { matchNotFound } }),
    otherData: query({ input: z.object({ matchId }), errors: { matchNotFound: { data: z.number() } } }),
  },
  feed: subscription({ events: { post: z.string() }, errors: { matchNotFound } }),
});
const s = implement(contract).$context<{ user: string | null }>();

const ownMatch = s.$middleware(s.scores.undo, ({ input, errors, context, next }) => {
  expectTypeOf(input).toEqualTypeOf<{ matchId: string }>();
  expectTypeOf(context).toEqualTypeOf<{ user: string | null }>();
  if (input.matchId === "") throw errors.matchNotFound({ data: { matchId: "" } });
  // @ts-expect-error an error of another procedure
  errors.closed();
  return next({ context: { match: 1 } });
});

test("a procedure can use a middleware of another one if it has at least its input and errors", () => {
  s.scores.undo.use(ownMatch).handler(({ context }) => {
    expectTypeOf(context.match).toEqualTypeOf<number>();
  });
  s.scores.report.use(ownMatch).handler(({ context, input }) => {
    expectTypeOf(context.match).toEqualTypeOf<number>();
    expectTypeOf(input).toEqualTypeOf<{ matchId: string; minute: number }>();
  });
  s.scores.watch.use(ownMatch).live({
    filter: (_event, { context }) => context.match === 1,
  });
  // @ts-expect-error the error is missing
  s.scores.best.use(ownMatch);
  // @ts-expect-error the field has another type
  s.scores.byNumber.use(ownMatch);
  // @ts-expect-error the error has other data
  s.scores.otherData.use(ownMatch);
  // @ts-expect-error there is no input
  s.feed.use(ownMatch);
  // @ts-expect-error not every procedure has this input
  s.$use(ownMatch);
  // @ts-expect-error neither a builder nor a function
  s.$middleware(contract.scores.undo, ({ next }) => next());
});

test("a middleware without a procedure doesn't know the input, and fits everywhere", () => {
  const plain = s.$middleware(({ input, errors, next }) => {
    expectTypeOf(input).toEqualTypeOf<unknown>();
    // @ts-expect-error only the built-in errors
    errors.matchNotFound();
    return next();
  });
  s.scores.undo.use(plain);
  s.feed.use(plain).live();
  s.$use(plain);
});

test("a middleware needs the context that it was defined with", () => {
  const signedIn = s.$middleware(({ context, next }) => next({ context: { user: context.user ?? "nobody" } }));
  const inside = s.$use(signedIn);
  const named = inside.$middleware(inside.scores.undo, ({ context, next }) => {
    expectTypeOf(context.user).toEqualTypeOf<string>();
    return next();
  });
  s.scores.undo.use(signedIn).use(named);
  inside.scores.undo.use(named);
  // @ts-expect-error the user may be null here
  s.scores.undo.use(named);
});

test("a middleware passes a union on that it has narrowed, for others that take the union", () => {
  const visits = implement(contract).$context<{ user: string; tags: string[] } | { user: null }>();
  const requireUser = visits.$middleware(({ context, next, errors }) => {
    if (!context.user) throw errors.unauthorized();
    return next({ context });
  });
  const other = visits.$middleware(({ next }) => next({ context: { visit: 1 } }));
  visits.feed
    .use(requireUser)
    .use(other)
    .live({
      onSubscribe: ({ context }) => {
        expectTypeOf(context.tags).toEqualTypeOf<string[]>();
        expectTypeOf(context.user).toEqualTypeOf<string>();
        expectTypeOf(context.visit).toEqualTypeOf<number>();
      },
    });
  const partly = visits.$middleware(({ next }) => next({ context: { user: "a" } }));
  // @ts-expect-error the tags are lost
  visits.feed.use(partly).use(other);
});
