import { memoryLog } from "@sluice/server";
import { headOf } from "../../packages/server/src/topic/read-log.test-kit.js";
import type { Adapter } from "./adapters.js";
import { goal, posts } from "./events.js";
import { startWorld, type World } from "./world.js";

/** A kind of subscription, and what a client sees of it for given numbers. */
export interface Kind {
  readonly path: string;
  readonly input?: unknown;
  /** The event type that carries numbers. */
  readonly type: string;
  readonly happen: (world: KindWorld, n: number) => Promise<unknown>;
  /** The number that an event's data represents. */
  readonly numberOf: (data: never) => number;
}

export interface KindWorld extends World {
  /** Lets the generator yield up to a number. */
  allow(n: number): void;
}

type Feed = "head" | "oldest" | "last" | "skip" | "posted";

const feed = (name: Feed): Kind => ({
  path: `feed/${name}`,
  type: "post",
  happen: (world, n) => world.topic(world.contract.feed[name]).publish(posts(n)),
  numberOf: ({ n }: { n: number }) => n,
});

const filtered: Kind = {
  ...feed("oldest"),
  path: "feed/filtered",
  happen: (world, n) => world.topic(world.contract.feed.filtered).publish(posts(2 * n, 2 * n + 1)),
  numberOf: ({ n }: { n: number }) => n / 2,
};

const watch: Kind = {
  path: "scores/watch",
  input: { matchId: "m{1}&é" },
  type: "goal",
  happen: (world, n) => world.topic(world.contract.scores.watch, { matchId: "m{1}&é" }).publish(goal("home", n)),
  numberOf: ({ minute }: { minute: number }) => minute,
};

const counter: Kind = {
  path: "own/counter",
  type: "add",
  happen: (world, n) => world.topic(world.contract.own.counter).publish({ type: "add", data: n }),
  numberOf: (n: number) => n,
};

const place: Kind = {
  path: "own/place",
  type: "moved",
  happen: (world, n) => world.topic(world.contract.own.place).publish({ type: "moved", data: new Date(n) }),
  numberOf: (at: string) => Date.parse(at),
};

const again: Kind = {
  path: "bot/again",
  type: "token",
  happen: async (world, n) => world.allow(n),
  numberOf: (text: string) => Number(text),
};

/** Those that accept GET, and so any client. */
export const kinds: readonly Kind[] = [
  ...(["head", "oldest", "last", "skip"] as const).map(feed),
  filtered,
  watch,
  counter,
  place,
  again,
];

export const postedKind = feed("posted");

/** A world in which every kind has events. */
export async function startKinds(adapter: Adapter): Promise<KindWorld> {
  let allowed = 0;
  let wake: () => void = () => {};
  const log = memoryLog();
  const world = await startWorld(adapter, {
    log,
    retry: 20,
    async *tokens({ lastEventId, signal }) {
      signal.addEventListener("abort", () => wake());
      for (let n = Number(lastEventId ?? 0) + 1; ; n++) {
        while (n > allowed && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
        if (signal.aborted) return;
        yield { type: "token", data: `${n}`, id: `${n}` };
      }
    },
    counter: async () => {
      const { epoch, offset, mark } = await headOf(log, "own/counter");
      return { state: { sum: 0, last: 0 }, cursor: `${epoch}.${offset}.${mark}` };
    },
  });
  const allow = (n: number) => {
    allowed = n;
    wake();
  };
  return Object.assign(world, { allow });
}
