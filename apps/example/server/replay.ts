import { setTimeout as sleep } from "node:timers/promises";
import type { GetTopic } from "@sluice/server";
import { contract } from "../shared/contract.ts";
import type { TickerSymbol } from "../shared/prices.ts";
import { readHistories } from "./data.ts";
import { tickAt } from "./price-walk.ts";

/** Milliseconds between two publishes. Ticks that are due by then are one batch. */
const publishInterval = 20;
/** Milliseconds between two checks for a subscriber. */
const idleInterval = 200;
/** Maximum pause to make up for, in milliseconds, so that a machine that slept doesn't publish a flood. */
const maxElapsed = 250;
/**
 * Milliseconds for which ticks continue without a subscriber, so that a client that was cut has something to catch up
 * with.
 */
const linger = 30_000;
/** Number of ticks that a symbol begins with, so that its first visitor sees a history. */
const initialTicks = 600;

interface Ticker {
  watchers: number;
  watchedUntil: number;
  /** Number of the last tick. */
  seq: number;
  /** Number of ticks to publish, including a fraction that is not due yet. */
  due: number;
}

export interface Replay {
  /** Ticks per second of each symbol. */
  rate: number;
  /** Publishes a symbol's ticks until the signal aborts and a little longer. */
  watch(symbol: TickerSymbol, signal: AbortSignal): void;
  /** Runs until the signal aborts. */
  run(topic: GetTopic, signal: AbortSignal): Promise<void>;
}

/** Publishes ticks of the symbols that have subscribers. */
export function createReplay(): Replay {
  const histories = readHistories();
  const tickers = new Map<TickerSymbol, Ticker>();

  async function advance(topic: GetTopic, symbol: TickerSymbol, ticker: Ticker, elapsed: number): Promise<void> {
    ticker.due += (elapsed * replay.rate) / 1_000;
    const count = Math.floor(ticker.due);
    const history = histories.get(symbol);
    if (count === 0 || !history) return;
    const ticks = Array.from({ length: count }, (_, index) => tickAt(history, ticker.seq + index + 1));
    ticker.due -= count;
    ticker.seq += count;
    await topic(contract.prices.ticks, { symbol }).publish(ticks.map((data) => ({ type: "tick", data })));
  }

  const replay: Replay = {
    rate: contract.prices.rate.state.initial.perSecond,
    watch(symbol, signal) {
      if (signal.aborted) return;
      const ticker = tickers.get(symbol) ?? { watchers: 0, watchedUntil: 0, seq: 0, due: initialTicks };
      tickers.set(symbol, ticker);
      ticker.watchers++;
      const leave = () => {
        ticker.watchers--;
        ticker.watchedUntil = performance.now() + linger;
      };
      signal.addEventListener("abort", leave, { once: true });
    },
    async run(topic, signal) {
      let before = performance.now();
      let isWatched = false;
      while (!signal.aborted) {
        await sleep(isWatched ? publishInterval : idleInterval);
        const now = performance.now();
        const elapsed = Math.min(now - before, maxElapsed);
        before = now;
        const watched = [...tickers].filter(([, { watchers, watchedUntil }]) => watchers > 0 || now < watchedUntil);
        isWatched = watched.length > 0;
        await Promise.all(watched.map(([symbol, ticker]) => advance(topic, symbol, ticker, elapsed)));
      }
    },
  };
  return replay;
}
