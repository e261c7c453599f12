// Exports without type annotations: a declaration file must write out all their types.
import { createSecureServer } from "node:http2";
import { createClient } from "@sluice/client";
import { sluiceKey, sluiceMutation, sluicePending, sluiceQuery, sluiceSubscription } from "@sluice/client/query";
import { useSubscription } from "@sluice/client/react";
import { createClient as createWireClient } from "@sluice/client/types-only";
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { createPublisher, createSluice, implement, memoryLog } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceNode } from "@sluice/server/node";
import { skipToken, useMutation, useQuery } from "@tanstack/react-query";
import express from "express";
import * as z from "zod";

export const isoDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});
export const contract = defineContract({
  scores: {
    watch: subscription({
      input: z.object({ matchId: z.string(), since: isoDate.optional() }),
      events: { goal: z.object({ at: isoDate }) },
      state: { schema: z.object({ home: z.int() }), initial: { home: 0 }, apply: {} },
      errors: { missing: { data: z.object({ matchId: z.string() }) } },
    }),
    report: mutation({ input: z.object({ at: isoDate }), output: z.string(), errors: { late: {} } }),
    list: query({ output: z.array(isoDate) }),
  },
  feed: subscription({ events: { post: z.string() } }),
});

export const s = implement(contract).$context<{ user: string | null }>();
export const requireUser = s.$middleware(({ context, errors, next }) => {
  if (context.user === null) throw errors.unauthorized();
  return next({ context: { user: context.user } });
});
export const watch = s.scores.watch.use(requireUser).live();
export const feed = s.feed.stream(async function* () {
  yield { type: "post", data: "a" };
});
export const report = s.scores.report.handler(() => "");
export const router = s.$router({ scores: { watch, report, list: s.scores.list.handler(() => []) }, feed });
export const log = memoryLog();
export const sluice = createSluice(router, { log });
export const publisher = createPublisher(contract, { log });
export const { topic } = publisher;
export const goal = () =>
  topic(contract.scores.watch, { matchId: "m1" }).publish({ type: "goal", data: { at: new Date() } });
export const state = () => sluice.topic(contract.scores.watch, { matchId: "m1" }).state();

export const middleware = sluiceExpress(sluice, { context: () => ({ user: null }) });
export const listener = sluiceNode(sluice, { context: ({ headers }) => ({ user: headers.authorization ?? null }) });
export const mount = (): void => void express().use("/api", middleware).use("/:tenant/api", middleware);
export const secure = () => createSecureServer({ allowHTTP1: true }, listener);

export const client = createClient(contract, { url: "/api" });
export const wire = createWireClient<typeof contract>({ url: "/api" });
export const { scores } = client;
export const { scores: wireScores } = wire;
export const score = scores.watch.store({ matchId: "m1" });
export const wireScore = wireScores.watch.store({ matchId: "m1" });
export const events = client.scores.watch.iterate({ matchId: "m1" });
export const reported = client.scores.report({ at: new Date() });
export const useScore = (matchId: string) => useSubscription(client.scores.watch, matchId ? { matchId } : skipToken);
export const useFeed = () => useSubscription(client.feed, undefined, { list: 5 });
export const useCount = () =>
  useSubscription(client.feed, undefined, { fold: { key: "n", initial: 0, step: (n) => n + 1 } });
export const scoreOptions = sluiceSubscription(client.scores.watch, { matchId: "m1" });
export const listOptions = sluiceQuery(client.scores.list);
export const scoresKey = sluiceKey(client.scores);
export const listKey = sluiceKey(client.scores.list, undefined);
export const wireKey = sluiceKey(wire.scores);
export const reportOptions = sluiceMutation(client.scores.report);
export const home = sluicePending(
  client.scores.watch,
  { matchId: "m1" },
  { state: (now) => ({ home: now.home + 1 }), echo: { goal: () => true } },
);
export const optimisticReport = sluiceMutation(client.scores.report, { optimistic: () => home });
export const useList = () => useQuery(listOptions);
export const useReport = () => useMutation(reportOptions);
export const useOptimisticReport = () => useMutation(optimisticReport);
