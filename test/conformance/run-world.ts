import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, type Log, memoryLog, type SluiceOptions } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { onTestFinished } from "vitest";
import * as z from "zod";
import { partsOf } from "../../packages/server/src/sluice.js";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import { lanesBut, neighbour } from "./in-lanes.js";
import { apartFromNeighbours } from "./neighbour-log.js";

const input = z.object({ id: z.string(), count: z.int(), pad: z.int().optional() });
const base = { input, key: ["id" as const], events: { inc: z.int(), pad: z.string() }, errors: { enough: {} } };
const add = (sum: number, n: number) => {
  if (n < 0) throw new Error("cannot be taken away");
  return sum + n;
};

export const runContract = defineContract({
  neighbour,
  /** Folds into the sum. */
  sum: subscription({ ...base, state: { schema: z.int(), initial: 0, apply: { inc: add } } }),
  list: subscription(base),
  skip: subscription({ ...base, onGap: "skip" }),
  /** Runs separately for each subscriber. */
  plain: subscription(base),
});

export type RunPath = "sum" | "list" | "skip";
export const runPaths: readonly RunPath[] = ["sum", "list", "skip"];

export const runTopic = (path: RunPath, id = "r") => `${path}?{"id":"${id}"}`;

export interface RunWorldOptions extends Omit<SluiceOptions, "log" | "clock" | "onError"> {
  readonly log?: Log;
  readonly clock?: ManualClock;
  readonly abandonAfter?: number;
  /** What a generator does after it has yielded everything. Default: it returns. */
  readonly last?: (signal: AbortSignal) => Promise<void>;
  /** What it yields instead of each 1. */
  readonly value?: (n: number) => number;
}

/** A server with Express, whose generators yield 1 as often as requested, and never wait. */
export async function startRunWorld(options: RunWorldOptions = {}) {
  const {
    log = memoryLog(),
    clock = new ManualClock(),
    abandonAfter = 60_000,
    last,
    value = () => 1,
    ...rest
  } = options;
  const errors: unknown[] = [];
  const starts: string[] = [];
  let yielded = 0;
  let returned = 0;
  async function* count({ input: asked, signal }: { input: z.output<typeof input>; signal: AbortSignal }) {
    starts.push(asked.id);
    try {
      for (let n = 0; n < asked.count; n++) {
        yielded++;
        if (asked.pad === undefined) yield { type: "inc" as const, data: value(n) };
        else yield { type: "pad" as const, data: "x".repeat(asked.pad) };
      }
      await last?.(signal);
    } finally {
      returned++;
    }
  }
  const s = implement(runContract);
  const run = { resumable: true, abandonAfter } as const;
  const router = s.$router({
    neighbour: s.neighbour.live(),
    sum: s.sum.stream(count, run),
    list: s.list.stream(count, run),
    skip: s.skip.stream(count, run),
    plain: s.plain.stream(count),
  });
  const sluice = createSluice(router, {
    ...rest,
    log: apartFromNeighbours(log),
    clock,
    onError: ({ error }) => void errors.push(error),
  });
  const server = createServer(express().use(sluiceExpress(sluice)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ url, sluice, log, clock, errors, starts },
    lanes: lanesBut(["plain"], (of) => sluice.topic(runContract.neighbour, of)),
    parts: partsOf(sluice as never),
    get yielded() {
      return yielded;
    },
    get returned() {
      return returned;
    },
  };
}

/** A promise, and the function that resolves it. */
export function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}

/** A log that can lose all its content. */
export function losingLog(now = () => 1_000_000) {
  let log = memoryLog({ now });
  const forwarding: Log = {
    append: (...args) => log.append(...args),
    findAppend: (...args) => log.findAppend(...args),
    watch: (...args) => log.watch(...args),
    open: (...args) => log.open(...args),
    saveSnapshot: (...args) => log.saveSnapshot(...args),
    trim: (...args) => log.trim(...args),
    acquire: (...args) => log.acquire(...args),
    renew: (...args) => log.renew(...args),
    release: (...args) => log.release(...args),
    free: (...args) => log.free(...args),
  };
  const lose = () => {
    log = memoryLog({ now });
  };
  return { log: forwarding, lose };
}
