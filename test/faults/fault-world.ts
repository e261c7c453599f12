import { onTestFinished } from "vitest";
import { headOf } from "../../packages/server/src/topic/read-log.test-kit.js";
import type { Adapter } from "../conformance/adapters.js";
import { type Kind, type KindWorld, kinds } from "../conformance/kinds.js";
import { turns } from "../conformance/within.js";
import { startWorld, type TokenSource } from "../conformance/world.js";
import { type FaultyProxy, startProxy } from "./proxy.js";
import { type Subscriber, subscribe } from "./subscriber.js";

const states: Readonly<Record<string, (last: number) => unknown>> = {
  "scores/watch": (last) => ({ home: last, away: 0, endedAt: null }),
  "own/counter": (last) => ({ sum: (last * (last + 1)) / 2, last }),
};
const chosen = ["scores/watch", "own/counter", "feed/head", "feed/filtered", "bot/again"];

/** Live state, a user-defined snapshot, two kinds without state, and a resumable generator. */
export const faultKinds: readonly Kind[] = kinds.filter(({ path }) => chosen.includes(path));

/** A generator that counts from a given id up to the allowed number. Several may run at once. */
function countingTokens(): { readonly tokens: TokenSource; allow(n: number): void } {
  let allowed = 0;
  const waiting = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  return {
    async *tokens({ lastEventId, signal }) {
      signal.addEventListener("abort", wakeAll);
      for (let n = Number(lastEventId ?? 0) + 1; ; n++) {
        while (n > allowed && !signal.aborted) await new Promise<void>((resolve) => waiting.add(resolve));
        if (signal.aborted) return;
        yield { type: "token", data: `${n}`, id: `${n}` };
      }
    },
    allow(n) {
      allowed = n;
      wakeAll();
    },
  };
}

export interface FaultWorld {
  readonly world: KindWorld;
  readonly proxy: FaultyProxy;
  readonly subscriber: Subscriber;
  /** The last number. */
  readonly last: number;
  /** Its state; `undefined` for a kind without state. */
  readonly stateThen: unknown;
  /** Publishes the next few events, and lets them be sent. */
  more(): Promise<void>;
}

/** A server behind a faulty network, and one live client. */
export async function startFaultWorld(adapter: Adapter, kind: Kind): Promise<FaultWorld> {
  const { tokens, allow } = countingTokens();
  const started = await startWorld(adapter, {
    tokens,
    counter: async () => {
      const { epoch, offset, mark } = await headOf(started.log, "own/counter");
      return { state: { sum: 0, last: 0 }, cursor: `${epoch}.${offset}.${mark}` };
    },
  });
  const world: KindWorld = Object.assign(started, { allow });
  const proxy = await startProxy(world.port);
  onTestFinished(() => proxy.close());
  const subscriber = subscribe(world, proxy.port, kind);
  await subscriber.live();
  let last = 0;
  return {
    world,
    proxy,
    subscriber,
    get last() {
      return last;
    },
    get stateThen() {
      return states[kind.path]?.(last);
    },
    async more() {
      for (let i = 0; i < 3; i++) await kind.happen(world, ++last);
      await turns(3);
    },
  };
}
