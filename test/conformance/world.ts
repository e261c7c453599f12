import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { SluiceError } from "@sluice/contract";
import {
  createSluice,
  type ErrorReport,
  type GetTopic,
  implement,
  type Limits,
  type Log,
  memoryLog,
  type Retain,
  type Sluice,
} from "@sluice/server";
import { onTestFinished } from "vitest";
import type { SluiceParts } from "../../packages/server/src/assemble.js";
import { partsOf } from "../../packages/server/src/sluice.js";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import type { Adapter, Context } from "./adapters.js";
import { contract } from "./contract.js";
import { type LaneAccess, lanesBut } from "./in-lanes.js";
import { apartFromNeighbours } from "./neighbour-log.js";
import { countWatchers, type WatchedLog } from "./watched-log.js";

export interface TokenArgs {
  readonly lastEventId: string | undefined;
  readonly signal: AbortSignal;
  readonly overloaded?: ((options: { data: { at: Date } }) => SluiceError) | undefined;
}
type Token = { type: "token"; data: string; id?: string };
export type TokenSource = (args: TokenArgs) => AsyncIterable<Token>;

/** Replacements for what the procedures do by default. */
export interface Behaviour {
  readonly tokens: TokenSource;
  readonly find: (input: { matchId: string; limit: number }, topic: GetTopic) => unknown;
  readonly report: (errors: {
    matchNotFound(options: { data: { matchId: string; since: Date } }): Error;
    closed(): Error;
  }) => { cursor: string } | Promise<{ cursor: string }>;
  /** Runs before each subscription in `scores`, `feed` and `own`. */
  readonly gate: (signal: AbortSignal) => void | Promise<void>;
  readonly counter: () => Promise<{ state: { sum: number; last: number }; cursor: string }>;
  readonly place: () => { state: { at: Date | null } };
  readonly keep: (n: number) => boolean;
}

const noTokens: TokenSource = async function* () {};

const defaults: Behaviour = {
  tokens: noTokens,
  find: (input) => input,
  report: () => ({ cursor: "" }),
  gate: () => {},
  counter: () => Promise.reject(new Error("no snapshot")),
  place: () => ({ state: { at: null } }),
  keep: (n) => n % 2 === 0,
};

function routerFor(behaviour: Behaviour) {
  const { tokens, gate } = behaviour;
  const s = implement(contract).$context<Context>();
  const gated = s.$middleware(async ({ signal, next }) => {
    await gate(signal);
    return next();
  });
  const signedIn = s.$middleware(({ context, next, errors }) => {
    if (context.user === null) throw errors.unauthorized();
    return next({ context: { user: context.user } });
  });
  const { scores, feed, own, bot } = s;
  return s.$router({
    neighbour: s.neighbour.live(),
    scores: {
      watch: scores.watch.use(gated).live(),
      report: scores.report.handler(({ errors }) => behaviour.report(errors)),
      find: scores.find.handler(({ input, topic }) => behaviour.find(input, topic)),
      ping: scores.ping.handler(() => {}),
    },
    feed: {
      head: feed.head.use(gated).live(),
      oldest: feed.oldest.use(gated).live(),
      last: feed.last.use(gated).live(),
      skip: feed.skip.use(gated).live(),
      filtered: feed.filtered.use(gated).live({ filter: ({ data }) => behaviour.keep(data.n) }),
      private: feed.private.use(signedIn).live(),
      of: feed.of.live(),
      posted: feed.posted.use(gated).live(),
    },
    own: {
      counter: own.counter.use(gated).live({ snapshot: () => behaviour.counter() }),
      place: own.place.use(gated).live({ snapshot: () => behaviour.place() }),
    },
    bot: {
      once: bot.once.use(gated).stream((args) => tokens({ ...args, overloaded: args.errors.overloaded })),
      again: bot.again.use(gated).stream((args) => tokens(args), { onCut: "restart" }),
      prompt: bot.prompt.use(gated).stream((args) => tokens(args)),
    },
  });
}

export interface WorldOptions extends Partial<Behaviour> {
  readonly log?: Log;
  readonly retain?: Retain<typeof contract>;
  readonly heartbeat?: number;
  readonly retry?: number;
  readonly snapshotTimeout?: number;
  readonly limits?: Partial<Limits>;
}

/** Queries, mutations and plain generators. */
const notInLanes = ["bot", "scores/find", "scores/report", "scores/ping"];

/** A server with the contract of these tests, on its own port. It is closed after the test. */
export interface World {
  readonly port: number;
  /** The contract's base URL, without a trailing slash. */
  readonly base: string;
  readonly url: string;
  readonly server: Server;
  /** All its open connections. */
  readonly sockets: ReadonlySet<Socket>;
  readonly contract: typeof contract;
  readonly sluice: Sluice<Context>;
  readonly topic: GetTopic;
  readonly lanes: LaneAccess;
  readonly parts: SluiceParts;
  readonly log: WatchedLog;
  /** Drives heartbeats and deadlines. It advances only on request. */
  readonly clock: ManualClock;
  /** The calls of `onError`. */
  readonly reports: readonly ErrorReport[];
}

export async function startWorld(adapter: Adapter, options: WorldOptions = {}): Promise<World> {
  const { log = memoryLog(), retain = {}, heartbeat, retry, snapshotTimeout, limits, ...behaviour } = options;
  const reports: ErrorReport[] = [];
  const watched = countWatchers(apartFromNeighbours(log));
  const clock = new ManualClock();
  const sluice: Sluice<Context> = createSluice(routerFor({ ...defaults, ...behaviour }), {
    log: watched,
    retain,
    clock,
    onError: (report) => reports.push(report),
    ...(heartbeat && { heartbeat }),
    ...(retry && { retry }),
    ...(snapshotTimeout && { snapshotTimeout }),
    ...(limits && { limits }),
  });
  const server = createServer(adapter.listener(sluice));
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket.once("close", () => sockets.delete(socket))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  const { base } = adapter;
  const url = `http://127.0.0.1:${port}${base}`;
  const parts = partsOf(sluice as never);
  return {
    port,
    base,
    url,
    server,
    sockets,
    contract,
    sluice,
    topic: sluice.topic,
    lanes: lanesBut(notInLanes, (input) => sluice.topic(contract.neighbour, input)),
    parts,
    log: watched,
    clock,
    reports,
  };
}
