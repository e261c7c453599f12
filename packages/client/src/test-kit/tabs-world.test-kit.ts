import type { AnySubscription, SluiceError } from "@sluice/contract";
import { carryCodec, codecOf } from "@sluice/contract/internal";
import type { Clock } from "../platform/clock.js";
import { createRegistry } from "../subscription/registry.js";
import { createTabsTransport } from "../tabs/tabs-transport.js";
import { closable } from "../transport/closable.js";
import { createBrowser, type FakeTab } from "./browser.test-kit.js";
import { createLogServer } from "./log-server.test-kit.js";
import { createManualClock } from "./manual-clock.test-kit.js";
import { contract, match } from "./set-up.test-kit.js";

const { scores, feed } = contract;
const { watch } = scores;
const newer = { ...watch, state: { ...watch.state, version: 2 } };
const procedures = { feed, match: watch, newerMatch: carryCodec(newer, codecOf(watch)) };
type What = keyof typeof procedures;

/** What a subscription of a tab was told. */
export interface Followed {
  /** The data of events, or states. */
  readonly values: readonly unknown[];
  /** All else, in order: connection states, resets, ends. */
  readonly told: readonly string[];
  /** Both, in the order they came. */
  readonly all: readonly unknown[];
  stop(): void;
  resync(): Promise<void>;
}

export interface ClientTab extends FakeTab {
  /** @param act is called with each call of a handler. */
  follow(what: What, act?: () => void, onError?: (error: SluiceError) => void): Followed;
  /** Closes the tab's client. */
  close(): void;
}

export const name = "sluice-tabs/1 test";

/** A browser, a server, and tabs with a client each. */
export function createTabsWorld() {
  const browser = createBrowser();
  const server = createLogServer();
  const clock = createManualClock();

  /** @param touch is called whenever the client reads its clock, or does what calls the application. */
  function open(tabName: string, options?: { isVisible?: boolean; touch?: () => void }): ClientTab {
    const tab = browser.open(tabName, options);
    const closing = new AbortController();
    const touch = options?.touch ?? (() => {});
    const own = server.transportOf(tab, touch);
    const tabClock: Required<Clock> = {
      now() {
        touch();
        return clock.now();
      },
      monotonic: clock.monotonic,
      setTimeout(run, ms) {
        const timer = clock.setTimeout(() => tab.task(run), ms);
        touch();
        return timer;
      },
      clearTimeout(timer) {
        clock.clearTimeout(timer);
        touch();
      },
    };
    const shared = createTabsTransport({ page: tab.page, name, own, clock: tabClock, closing: closing.signal });
    const registry = createRegistry({
      transport: closable(shared, closing.signal, clock),
      clock: tabClock,
      linger: 0,
      onSkippedEvent: undefined,
      closing: closing.signal,
    });
    return Object.assign(Object.create(tab) as FakeTab, {
      close: () => closing.abort(),
      follow(what: What, act = () => {}, onError?: (error: SluiceError) => void): Followed {
        const procedure = procedures[what];
        const subscription = registry.shared(
          procedure as unknown as AnySubscription,
          what === "feed" ? undefined : match,
        );
        const values: unknown[] = [];
        const told: string[] = [];
        const all: unknown[] = [];
        const tell = (word: string) => {
          told.push(word);
          all.push(word);
          act();
        };
        const value = (got: unknown) => {
          values.push(got);
          all.push(got);
          act();
        };
        const stop = subscription.subscribe({
          ...(what === "feed"
            ? { onEvent: ({ data }) => value(Number(data)) }
            : { onState: (state) => value((state as { home: number }).home) }),
          onConnection: ({ status, stale }) => tell(stale ? `${status}, stale` : status),
          onReset: ({ reason }) => tell(`reset ${reason}`),
          onError(error) {
            tell(error.code);
            onError?.(error);
          },
          onEnd: () => tell("end"),
        });
        return { values, told, all, stop, resync: subscription.resync };
      },
    });
  }

  /** Lets time pass, in steps in which all that waits happens. */
  async function pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 250) {
      clock.advance(Math.min(left, 250));
      await browser.settle();
    }
  }

  const settle = browser.settle;
  return { browser, server, clock, open, settle, pass };
}

/** The data of the feed's events from one offset to another. */
export const posts = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
