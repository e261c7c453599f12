import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, query, subscription } from "@sluice/contract";
import { createSluice, implement, type Log, memoryLog, type SluiceOptions } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { onTestFinished } from "vitest";
import * as z from "zod";
import { partsOf } from "../../packages/server/src/sluice.js";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import type { Wanted } from "./lanes.js";
import { gate } from "./run-world.js";
import { countWatchers } from "./watched-log.js";
import { eventually } from "./within.js";

const id = z.object({ id: z.string() });

export const laneContract = defineContract({
  /** `only`: its filter passes multiples of it, and throws for 13. */
  feed: subscription({
    input: z.object({ id: z.string(), only: z.int().default(1), pad: z.string().optional() }),
    key: ["id"],
    events: { post: z.int() },
    errors: { full: { data: z.object({ seats: z.int() }) } },
  }),
  board: subscription({
    input: id,
    events: { set: z.string() },
    state: { schema: z.string(), initial: "", apply: { set: (_: string, text: string) => text } },
  }),
  room: subscription({ input: id, events: { joined: z.string(), left: z.string() } }),
  ticker: subscription({ input: id, events: { tick: z.int() } }),
  run: subscription({ input: id, events: { token: z.string() } }),
  whoami: query({ output: z.string().nullable() }),
});

export interface LanesWorldOptions extends Omit<SluiceOptions, "log" | "clock" | "onError"> {
  readonly log?: Log;
  /** Runs in the middleware of `feed` and `board`, before it asks for the rest. */
  readonly gate?: (id: string, args: { readonly signal: AbortSignal; errors: never }) => unknown;
  /** Runs before the context is made. */
  readonly beforeContext?: () => Promise<void>;
  /** When the authorisation of a subscription ends, by its id. */
  readonly expiresAt?: (id: string) => number | undefined;
}

/** A server over `node:http` whose subscriptions are named by an id, and whose context comes from headers. */
export async function startLanesWorld({
  log: given,
  gate,
  beforeContext,
  expiresAt,
  ...options
}: LanesWorldOptions = {}) {
  const clock = new ManualClock();
  clock.jump(1_000_000);
  const log = countWatchers(given ?? memoryLog());
  const reports: unknown[] = [];
  const seen: string[] = [];
  const calls = { context: 0, identify: 0 };
  const s = implement(laneContract).$context<{ user: string | null }>();
  const tagged = s.$middleware(s.board, async (args) => {
    await gate?.(args.input.id, args as never);
    const tags = [`id:${args.input.id}`, `user:${args.context.user}`];
    return args.next({ context: { tags, expiresAt: expiresAt?.(args.input.id) } });
  });
  const router = s.$router({
    feed: s.feed.use(tagged as never).live({
      filter: ({ data }, { input }) => {
        if (data === 13 && input.only === 13) throw new Error("unlucky");
        return data % input.only === 0;
      },
    }),
    board: s.board.use(tagged).live(),
    room: s.room.live({
      onSubscribe: ({ input, context, signal }) => {
        seen.push(`${context.user} joined ${input.id}`);
        signal.addEventListener("abort", () => seen.push(`${context.user} left ${input.id}`));
      },
    }),
    ticker: s.ticker.live({
      source: async function* ({ input, signal }) {
        seen.push(`source of ${input.id} begins`);
        try {
          for (let n = 1; !signal.aborted; n++) {
            yield { type: "tick", data: n };
            await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
          }
        } finally {
          seen.push(`source of ${input.id} ends`);
        }
      },
    }),
    run: s.run.stream(
      async function* ({ input, signal }) {
        seen.push(`run ${input.id} begins`);
        yield { type: "token", data: "a" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
        seen.push(`run ${input.id} is abandoned`);
      },
      { resumable: true, abandonAfter: 10_000 },
    ),
    whoami: s.whoami.handler(({ context }) => context.user),
  });
  const sluice = createSluice(router, { ...options, log, clock, onError: ({ error }) => void reports.push(error) });
  const listener = sluiceNode(sluice, {
    context: async (req) => {
      calls.context++;
      await beforeContext?.();
      const user = req.headers["x-user"];
      return { user: typeof user === "string" ? user : null };
    },
    identify: (_req, { user }) => {
      calls.identify++;
      return user ?? undefined;
    },
  });
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const parts = partsOf(sluice as never);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const left = () => {
    const { admission, hub } = parts;
    const { streams, openings, clients, lanes, lanesOfClients } = admission;
    return [streams.size, openings.size, clients.size, lanes, lanesOfClients.size, hub.size, log.watchers];
  };
  return {
    ...{ url, server, listener, sluice, parts, clock, log, reports, seen, calls },
    publish: (topic: string, ...numbers: number[]) =>
      sluice.topic(laneContract.feed, { id: topic }).publish(numbers.map((data) => ({ type: "post", data }))),
    sees: (...expected: string[]) => eventually(() => expectEqual(seen, expected)),
    /** Nobody is there any more, and nothing is held for anybody. */
    isEmpty: () => eventually(() => expectEqual(left(), [0, 0, 0, 0, 0, 0, 0])),
  };
}

export const feed = (name: string, more: object = {}): Wanted => ({ path: "feed", input: { id: name, ...more } });

export const room = (name: string): Wanted => ({ path: "room", input: { id: name } });

export const as = (user: string) => ({ headers: { "x-user": user } });

/** Openings of the ids that were given here wait until they are let go. */
export function gates(...ids: string[]) {
  const closed = new Map(ids.map((id) => [id, { ...gate(), isReached: false }]));
  return {
    pass: (id: string) => {
      const at = closed.get(id);
      if (at) at.isReached = true;
      return at?.passed;
    },
    open: (id: string) => closed.get(id)?.open(),
    arrive: () =>
      eventually(() =>
        expectEqual(
          [...closed.values()].map(({ isReached }) => isReached),
          [...closed.values()].map(() => true),
        ),
      ),
  };
}

function expectEqual(is: readonly unknown[], should: readonly unknown[]): void {
  if (JSON.stringify(is) !== JSON.stringify(should))
    throw new Error(`It is ${JSON.stringify(is)} and should be ${JSON.stringify(should)}.`);
}
