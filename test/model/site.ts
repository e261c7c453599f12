import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import {
  createPublisher,
  createSluice,
  type ErrorReport,
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
import { countWatchers } from "../conformance/watched-log.js";
import { type Access, credentialsIn } from "./access.js";
import { contract } from "./contract.js";
import type { History } from "./history.js";
import { keepLedger, type Ledger } from "./ledger.js";
import { complaintOfRefusal, type ModelLimits } from "./limits.js";
import { type RouterOptions, routerFor } from "./router.js";
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

export interface InstanceOptions extends RouterOptions {
  readonly adapter: "node" | "express";
  /** Default: one that is free. */
  readonly port?: number;
  readonly onError: (report: ErrorReport) => void;
  readonly access: Access;
  readonly limits: ModelLimits;
  readonly blame: (what: string) => void;
  readonly onSocket?: ((socket: Socket) => void) | undefined;
  readonly onRuntime?: ((runtime: Runtime) => void) | undefined;
}

export async function startInstance(store: Pick<Store, "log" | "seen">, options: InstanceOptions): Promise<Instance> {
  const { access, limits, onError, blame, port = 0 } = options;
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
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
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
