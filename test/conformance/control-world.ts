import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, type Log } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { onTestFinished } from "vitest";
import * as z from "zod";
import { partsOf } from "../../packages/server/src/sluice.js";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import { lanesBut, neighbour } from "./in-lanes.js";
import { apartFromNeighbours } from "./neighbour-log.js";
import { open } from "./reader.js";

export const controlContract = defineContract({
  neighbour,
  feed: subscription({ input: z.object({ room: z.string() }), events: { post: z.int() }, start: "oldest" }),
  /** Its generator yields nothing, and waits. */
  bot: subscription({ events: { token: z.string() } }),
});

interface ControlServerOptions {
  /** Runs before each stream is authorised. */
  readonly gate?: () => Promise<void>;
}

/** A server with Express on a log that others share. A request's `x-user` is its tag. */
export async function startControlServer(log: Log, { gate }: ControlServerOptions = {}) {
  const clock = new ManualClock();
  const errors: unknown[] = [];
  const s = implement(controlContract).$context<{ tags: readonly string[] }>();
  const router = s.$router({
    neighbour: s.neighbour.live(),
    feed: s.feed.live(),
    bot: s.bot.stream(async function* ({ signal }) {
      yield* [];
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }),
  });
  const sluice = createSluice(router, {
    log: apartFromNeighbours(log),
    clock,
    onError: ({ error }) => void errors.push(error),
  });
  const context = async ({ headers }: { readonly headers: NodeJS.Dict<string | string[]> }) => {
    await gate?.();
    return { tags: [`user:${headers["x-user"]}`] };
  };
  const server = createServer(express().use(sluiceExpress(sluice, { context })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const all = lanesBut(["bot"], (input) => sluice.topic(controlContract.neighbour, input));
  const lanes = { ...all, revokesAll: true };
  const join = (user: string, room = "hall") =>
    open({ url, lanes }, "feed", { input: { room }, headers: { "x-user": user } });
  const publish = (data: number, room = "hall") =>
    sluice.topic(controlContract.feed, { room }).publish({ type: "post", data });
  return { url, lanes, sluice, clock, errors, join, publish, parts: partsOf(sluice as never) };
}
