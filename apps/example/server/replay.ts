import { setTimeout as sleep } from "node:timers/promises";
import type { GetTopic, Log } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import type { TickerSymbol } from "../shared/prices.ts";
import { attempt } from "./attempt.ts";
import { readHistories } from "./data.ts";
import { onOneServer, type Turn } from "./on-one-server.ts";
import { lastNumber, type OwnClient } from "./own-client.ts";
import { tickAt } from "./price-walk.ts";

/** Milliseconds between two publishes. Ticks that are due by then are one batch. */
const publishInterval = 20;
/** Maximum pause to make up for, in milliseconds, so that a machine that slept doesn't publish a flood. */
const maxElapsed = 250;
/**
 * Milliseconds for which ticks continue without a subscriber, so that a client that was cut has something to catch up
 * with.
 */
const linger = 30_000;
/** Number of ticks that a symbol begins with, so that its first visitor sees a history. */
const initialTicks = 600;

export interface ReplayParts {
  readonly topic: GetTopic;
  readonly log: Log;
  readonly client: OwnClient;
  /** Stops it. */
  readonly signal: AbortSignal;
}

export interface Replay {
  /** Publishes a symbol's ticks until the signal aborts and a little longer, unless another server does. */
  watch(symbol: TickerSymbol, signal: AbortSignal): void;
  begin(parts: ReplayParts): void;
}

/** A symbol that this server has subscribers of. */
interface Watched {
  watchers: number;
  /** Nobody is here any more. */
  readonly over: AbortController;
  timer?: NodeJS.Timeout | undefined;
}

/** Publishes ticks of the symbols that have subscribers: each on one of the servers that have them. */
export function createReplay(): Replay {
  const histories = readHistories();
  const watched = new Map<TickerSymbol, Watched>();
  /** Ticks per second of each symbol. */
  let rate = contract.prices.rate.state.initial.perSecond;
  let parts: ReplayParts | undefined;

  function start(symbol: TickerSymbol, { over }: Watched): void {
    if (!parts) return;
    const { log } = parts;
    const signal = AbortSignal.any([parts.signal, over.signal]);
    void onOneServer({ log, name: `prices/${symbol}`, signal, run: (turn) => publishTicks(symbol, turn) });
  }

  async function publishTicks(symbol: TickerSymbol, turn: Turn): Promise<void> {
    const history = histories.get(symbol);
    if (!history || !parts) return;
    const { client, topic } = parts;
    const last = await lastNumber((handlers) => client.prices.ticks.subscribe({ symbol }, handlers));
    let seq = last ?? 0;
    let due = last === undefined ? initialTicks : 0;
    for (let before = performance.now(); !turn.aborted; await sleep(publishInterval, undefined, { ref: false })) {
      const now = performance.now();
      due += (Math.min(now - before, maxElapsed) * rate) / 1_000;
      before = now;
      const ticks = Array.from({ length: Math.floor(due) }, (_, index) => tickAt(history, seq + index + 1));
      if (ticks.length === 0) continue;
      const events = ticks.map((data) => ({ type: "tick" as const, data }));
      if (!(await attempt(() => topic(contract.prices.ticks, { symbol }).publish(events)))) continue;
      due -= ticks.length;
      seq += ticks.length;
    }
  }

  return {
    watch(symbol, signal) {
      if (signal.aborted) return;
      const known = watched.get(symbol);
      const ticker: Watched = known ?? { watchers: 0, over: new AbortController() };
      clearTimeout(ticker.timer);
      ticker.watchers++;
      if (!known) {
        watched.set(symbol, ticker);
        start(symbol, ticker);
      }
      const leave = () => {
        ticker.watchers--;
        if (ticker.watchers > 0) return;
        ticker.timer = setTimeout(() => {
          watched.delete(symbol);
          ticker.over.abort();
        }, linger).unref();
      };
      signal.addEventListener("abort", leave, { once: true });
    },
    begin(given) {
      parts = given;
      given.client.prices.rate.subscribe({
        onState: ({ perSecond }) => {
          rate = perSecond;
        },
      });
      for (const [symbol, ticker] of watched) start(symbol, ticker);
    },
  };
}
