import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import {
  createPublisher,
  createSluice,
  type ErrorReport,
  implement,
  type Log,
  type Publisher,
  type RevocableContext,
  type Sluice,
} from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceNode } from "@sluice/server/node";
import express from "express";
import { type MemoryHarness, openMemoryHarness } from "../../packages/log/src/memory-harness.js";
import type { Runtime } from "../../packages/server/src/runtime.js";
import { runtimeOf } from "../../packages/server/src/sluice.js";
import { seeded } from "../conformance/random.js";
import { countWatchers } from "../conformance/watched-log.js";
import { turns } from "../conformance/within.js";
import { type Access, credentialsIn } from "./access.js";
import { contract, passes } from "./contract.js";
import type { Generators } from "./generators.js";
import { type History, offsetOf } from "./history.js";
import { botLength } from "./kinds.js";
import { keepLedger, type Ledger } from "./ledger.js";
import { complaintOfRefusal, type ModelLimits } from "./limits.js";
import { scaledClock } from "./scaled-clock.js";

/** One server, from its start to its end. */
export interface Instance {
  readonly sluice: Sluice<RevocableContext>;
  readonly port: number;
  readonly ledger: Ledger;
  /** Bytes that wait in this process for the slowest of its readers. */
  readonly mostBuffered: number;
  /** What it still holds: open streams, watched topics, and clients that it counts streams of. */
  readonly held: number;
  /** Breaks all connections and stops listening. */
  close(): Promise<void>;
}

/** The engine, which outlives servers. */
export interface Store {
  readonly harness: MemoryHarness;
  /** Its log, everything appended being written down. */
  readonly log: Log;
  /** As servers and publishers see it. */
  readonly seen: (log: Log) => Log;
  /** A process that serves nobody and publishes. */
  readonly worker: Publisher;
  /** Nothing gets into it any more: whoever still writes to it has died. */
  retire(): void;
}

export async function openStore(history: History, sabotage: (log: Log) => Log = (log) => log): Promise<Store> {
  const harness = await openMemoryHarness({ retain: { events: 100, bytes: 1_000_000 } });
  const recorded = history.record(harness.log);
  let isRetired = false;
  const append: Log["append"] = (...args) => (isRetired ? new Promise(() => {}) : recorded.append(...args));
  const log = { ...recorded, append };
  const worker = createPublisher(contract, { log: sabotage(log), snapshotEvery: 5 });
  const retire = () => {
    isRetired = true;
  };
  return { harness, log, seen: sabotage, worker, retire };
}

export interface InstanceOptions {
  readonly adapter: "node" | "express";
  readonly onError: (report: ErrorReport) => void;
  readonly seed: number;
  readonly history: History;
  readonly access: Access;
  readonly generators: Generators;
  readonly limits: ModelLimits;
  readonly blame: (what: string) => void;
  readonly onSocket?: ((socket: Socket) => void) | undefined;
  readonly onRuntime?: ((runtime: Runtime) => void) | undefined;
}

export async function startInstance(store: Store, options: InstanceOptions): Promise<Instance> {
  const { access, limits, onError, blame } = options;
  const log = countWatchers(store.log);
  const sluice = createSluice(routerFor(log, options), {
    log: store.seen(log),
    clock: scaledClock,
    heartbeat: 2_000,
    retry: 100,
    limits,
    onError,
  });
  const runtime = runtimeOf(sluice as never);
  options.onRuntime?.(runtime);
  const { connections, clients } = runtime;
  const asks = {
    context: ({ headers }: IncomingMessage) => access.contextOf(headers),
    identify: ({ headers }: IncomingMessage) => credentialsIn(headers).user,
  };
  const listener =
    options.adapter === "node"
      ? sluiceNode(sluice, { base: "/api", ...asks })
      : express().use("/api", sluiceExpress(sluice, asks));
  const server: Server = createServer(listener);
  const ledger = keepLedger(server, {
    access,
    blame,
    onRefusal(status, exchange) {
      const complaint = runtime.draining ? undefined : complaintOfRefusal(status, exchange, ledger, limits);
      if (complaint !== undefined) blame(complaint);
    },
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket.once("close", () => sockets.delete(socket)));
    options.onSocket?.(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    sluice,
    ledger,
    port: (server.address() as AddressInfo).port,
    get mostBuffered() {
      return Math.max(0, ...[...sockets].map(({ writableLength }) => writableLength));
    },
    get held() {
      return connections.size + log.watchers + clients.size;
    },
    async close() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function routerFor(log: Log, { history, generators, seed }: InstanceOptions) {
  const random = seeded(seed);
  const s = implement(contract).context<RevocableContext>();
  async function* count(from: number, signal: AbortSignal) {
    for (let n = from; n <= botLength && !signal.aborted; n++) {
      await turns(1 + Math.floor(random() * 3));
      yield { type: "item" as const, data: { n, pad: "" }, id: `${n}` };
    }
  }
  /** Of a while ago, as a database's replica would give it. */
  async function snapshot() {
    const { epoch, offset, mark } = await log.head("state/own");
    let cursor = `${epoch}.${offset}.${mark}`;
    const oldest = offsetOf(history.oldest("state/own") ?? cursor);
    for (let lag = Math.floor(random() * 4); lag > 0 && offsetOf(cursor) > oldest; lag--) {
      cursor = history.at(cursor)?.before ?? cursor;
    }
    await turns(1);
    return { state: history.stateAt(cursor, passes), cursor };
  }
  const filter = ({ data }: { readonly data: { readonly n: number } }) => passes(data.n);
  return s.router({
    state: { folded: s.state.folded.live(), own: s.state.own.live({ snapshot, filter }) },
    feed: {
      head: s.feed.head.live(),
      oldest: s.feed.oldest.live(),
      last: s.feed.last.live(),
      skip: s.feed.skip.live(),
      filtered: s.feed.filtered.live({ filter }),
    },
    bot: {
      again: s.bot.again.stream(({ lastEventId, signal }) => count(Number(lastEventId ?? 0) + 1, signal), {
        onCut: "restart",
      }),
      once: s.bot.once.stream(({ signal }) => count(1, signal)),
      run: s.bot.run.stream(({ input, signal, errors }) => generators.generate(input, signal, () => errors.failed()), {
        resumable: true,
        abandonAfter: 600,
      }),
    },
  });
}
