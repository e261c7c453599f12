import { createServer } from "node:http";
import { createSecureServer, type Http2ServerRequest } from "node:http2";
import { defineContract, mutation, query, type SluiceError, subscription } from "@sluice/contract";
import express from "express";
import { expectTypeOf, test } from "vitest";
import * as z from "zod";
import { sluiceExpress } from "./adapters/express.js";
import { sluiceFetch } from "./adapters/fetch.js";
import { sluiceNode } from "./adapters/node.js";
import { createPublisher, createSluice, implement, memoryLog, type Router } from "./index.js";

const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
const score = { schema: z.object({ home: z.int() }), initial: { home: 0 }, apply: {} };

const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), limit: z.int().default(5) }),
      events: { goal: z.object({ team: z.enum(["home", "away"]) }), fullTime: z.object({ at: isoDate }) },
      state: score,
      errors: { matchNotFound: { status: 404, data: z.object({ matchId: z.string() }) }, closed: {} },
    }),
    report: mutation({ input: z.object({ at: isoDate }), output: z.object({ cursor: z.string() }) }),
  },
  feed: subscription({ events: { post: z.string() } }),
  presence: subscription({ events: { here: z.string() }, state: { ...score, idempotent: true } }),
  now: query({ output: isoDate }),
});
interface User {
  name: string;
}
const s = implement(contract).$context<{ user: User | null; requestId: string }>();
const requireUser = s.$middleware(({ context, next, errors }) => {
  if (!context.user) throw errors.unauthorized();
  return next({ context: { user: context.user } });
});

const watch = s.scores.watch.live();
const report = s.scores.report.handler(() => ({ cursor: "" }));
const feed = s.feed.live();
const presence = s.presence.live();
const now = s.now.handler(() => new Date());

test("middleware narrows the context for the rest, and keeps the other members", () => {
  s.scores.report.use(requireUser).handler(({ context, input }) => {
    expectTypeOf(context.user).toEqualTypeOf<User>();
    expectTypeOf(context.requestId).toEqualTypeOf<string>();
    expectTypeOf(input).toEqualTypeOf<{ at: Date }>();
    return { cursor: "" };
  });
  s.scores.watch.use(({ input, errors, next }) => {
    expectTypeOf(input).toEqualTypeOf<{ matchId: string; limit: number }>();
    expectTypeOf(errors.matchNotFound).returns.toEqualTypeOf<SluiceError<"matchNotFound", { matchId: string }>>();
    errors.closed();
    errors.tooManyRequests({ retryAfter: 1_000 });
    // @ts-expect-error its data is missing
    errors.matchNotFound();
    // @ts-expect-error only a client raises this one
    errors.network();
    return next();
  });
  // @ts-expect-error a middleware that returns nothing
  s.scores.report.use(() => {});
  s.$use(requireUser).feed.live({ filter: (_event, { context }) => context.user.name !== "" });
});

test("handlers return the contract's outputs, in the code's types", () => {
  s.now.handler(async () => new Date());
  // @ts-expect-error the wire's text in place of the code's Date
  s.now.handler(() => new Date().toISOString());
  // @ts-expect-error an output that lacks a field
  s.scores.report.handler(() => ({}));
});

test("retain has the paths of the contract's subscriptions", () => {
  const router = {} as Router<typeof contract>;
  const log = memoryLog();
  createSluice(router, { retain: { feed: { events: 5 }, "scores/watch": { age: 5 }, presence: { stateTtl: 5 } } });
  createPublisher(contract, { log, retain: { presence: { bytes: 5 } } });
  // @ts-expect-error there is no such path
  createSluice(router, { retain: { fed: { events: 5 } } });
  // @ts-expect-error a mutation has no topic
  createPublisher(contract, { log, retain: { "scores/report": { events: 5 } } });
  // @ts-expect-error the contract declares no state
  createPublisher(contract, { log, retain: { feed: { stateTtl: 5 } } });
  // @ts-expect-error there is no such member
  createPublisher(contract, { log, retain: { presence: { ttl: 5 } } });
});

test("publish accepts the contract's events", () => {
  s.scores.report.handler(async ({ topic }) => {
    await topic(contract.feed).publish({ type: "post", data: "hello" });
    await topic(contract.scores.watch, { matchId: "m1" }).publish([{ type: "fullTime", data: { at: new Date() } }]);
    // @ts-expect-error no such event
    await topic(contract.feed).publish({ type: "goal", data: "hello" });
    // @ts-expect-error data of another event
    await topic(contract.scores.watch, { matchId: "m1" }).publish({ type: "goal", data: { at: new Date() } });
    // @ts-expect-error the topic's input is missing a field
    await topic(contract.scores.watch, {}).publish({ type: "goal", data: { team: "home" } });
    return topic(contract.scores.watch, { matchId: "m1" }).publish({ type: "goal", data: { team: "home" } });
  });
  const publisher = createPublisher(contract, { log: memoryLog() });
  publisher.topic(contract.feed).publish({ type: "post", data: "no input" });
  // @ts-expect-error the input is missing
  publisher.topic(contract.scores.watch).publish({ type: "goal", data: { team: "home" } });
  // @ts-expect-error a mutation is nothing to publish to
  publisher.topic(contract.scores.report, { at: new Date() }).publish({ type: "goal", data: {} });
});

test("a filter on shared state requires its own snapshot, and a snapshot requires its cursor", () => {
  s.feed.live({ filter: (event) => event.type === "post" && event.data !== "" });
  // @ts-expect-error the shared fold would show what the filter hides
  s.scores.watch.live({ filter: () => true });
  s.scores.watch.live({
    filter: ({ type }) => type === "goal",
    snapshot: () => ({ state: { home: 0 }, cursor: "e.0.0" }),
  });
  // @ts-expect-error events would be applied twice
  s.scores.watch.live({ snapshot: () => ({ state: { home: 0 } }) });
  s.presence.live({ snapshot: () => ({ state: { home: 0 } }) });
  // @ts-expect-error a filter that has to be waited for
  s.feed.live({ filter: async () => true });
  // @ts-expect-error there is no state to snapshot
  s.feed.live({ snapshot: () => ({ state: {}, cursor: "" }) });
});

test("generators yield the contract's events", () => {
  s.feed.stream(
    async function* ({ signal, lastEventId }) {
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(lastEventId).toEqualTypeOf<string | undefined>();
      yield { type: "post", data: "a" };
      yield { type: "post", data: "b", id: "2" };
    },
    { onCut: "restart" },
  );
  s.feed.stream(
    // @ts-expect-error a number where the contract says text
    async function* () {
      yield { type: "post", data: 1 };
    },
  );
});

test("a router compiles only if every procedure is implemented in its place", () => {
  const router = s.$router({ scores: { watch, report }, feed, presence, now });
  // @ts-expect-error `now` is missing
  s.$router({ scores: { watch, report }, feed, presence });
  // @ts-expect-error one in the place of another
  s.$router({ scores: { watch, report }, feed: presence, presence, now });

  const sluice = createSluice(router);
  express().use("/api", sluiceExpress(sluice, { context: () => ({ user: null, requestId: "1" }) }));
  // @ts-expect-error the context is missing
  sluiceExpress(sluice);
  // @ts-expect-error the context is missing
  sluiceNode(sluice, { base: "/api" });
  // @ts-expect-error the context lacks a field
  sluiceExpress(sluice, { context: () => ({ user: null }) });
  const union = implement(defineContract({ now: query() })).$context<{ user: User; tags: string[] } | { user: null }>();
  const ofUnion = createSluice(union.$router({ now: union.now.handler(() => {}) }));
  sluiceExpress(ofUnion, { context: () => ({ user: null }), identify: (_req, { user }) => user?.name });
  // @ts-expect-error the context is missing, which may be somebody who is not logged in
  sluiceExpress(ofUnion);
  const identified = {
    context: () => ({ user: null, requestId: "1" }),
    identify: (req: Http2ServerRequest) => req.authority,
  };
  createSecureServer({ allowHTTP1: true }, sluiceNode(sluice, identified));
  createServer(sluiceNode(sluice, { context: ({ url = "" }) => ({ user: null, requestId: url }) }));
  sluiceExpress(sluice, {
    context: async () => ({ user: null, requestId: "1" }),
    identify: (req, context) => {
      expectTypeOf(req).toEqualTypeOf<express.Request>();
      expectTypeOf(context).toEqualTypeOf<{ user: User | null; requestId: string }>();
      return context.user?.name;
    },
  });
  sluiceNode(sluice, {
    identify: ({ headers }, { user }) => user?.name ?? headers.host,
    context: ({ url = "" }) => ({ user: null, requestId: url }),
  });
  sluiceFetch(sluice, {
    context: async ({ url }) => ({ user: null, requestId: url }),
    identify: (request, { user, requestId }) => user?.name ?? request.url + requestId,
  });
  const served = sluiceFetch(sluice, {
    context: ({ url }, env: { user: string }) => ({ user: { name: env.user }, requestId: url }),
    identify: (_request, { user }, env: { user: string }) => user?.name ?? env.user,
  });
  served(new Request("http://host/"), { user: "ann" });
  served(new Request("http://host/"), { user: "ann" }, "whatever a runtime passes too");
  // @ts-expect-error the second argument is missing
  served(new Request("http://host/"));
  // @ts-expect-error there is no second argument for the context of a call like fetch
  served("http://host/");
  const inProcess = sluiceFetch(sluice, { context: ({ url }) => ({ user: null, requestId: url }) });
  expectTypeOf(inProcess("http://host/", { method: "POST" })).toEqualTypeOf<Promise<Response>>();
  // @ts-expect-error the context is missing
  sluiceFetch(sluice);
  // @ts-expect-error the context is missing
  sluiceFetch(sluice, { base: "/api" });
  // @ts-expect-error the context lacks a field
  sluiceFetch(sluice, { context: () => ({ user: null }) });
  const plain = implement(defineContract({ ping: query() }));
  sluiceExpress(createSluice(plain.$router({ ping: plain.ping.handler(() => {}) })));
  sluiceFetch(createSluice(plain.$router({ ping: plain.ping.handler(() => {}) })));

  expectTypeOf(sluice.call(contract.now, undefined)).resolves.toEqualTypeOf<Date>();
  expectTypeOf(sluice.call(contract.now)).resolves.toEqualTypeOf<Date>();
  expectTypeOf(sluice.topic(contract.presence).state()).resolves.toEqualTypeOf<{
    readonly state: { home: number };
    readonly cursor: string;
  }>();
  // @ts-expect-error the input is missing
  sluice.call(contract.scores.report);
  // @ts-expect-error the input is missing
  sluice.topic(contract.scores.watch).state();
  // @ts-expect-error the contract declares no state
  sluice.topic(contract.feed).state();
  // @ts-expect-error a subscription is not called
  sluice.call(contract.feed, undefined);
});
