import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { createSluice, type ErrorReport, type RevocableContext, type Sluice } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceNode } from "@sluice/server/node";
import express from "express";
import type { SluiceParts } from "../../packages/server/src/assemble.js";
import { partsOf } from "../../packages/server/src/sluice.js";
import { countWatchers } from "../conformance/watched-log.js";
import { type Access, credentialsIn } from "./access.js";
import { boardTopic, isBehind } from "./board.js";
import type { Edition } from "./edition.js";
import { keepLedger, type Ledger } from "./ledger.js";
import { complaintOfRefusal, type ModelLimits } from "./limits.js";
import { mortalClock } from "./mortal.js";
import { type RouterOptions, routerFor } from "./router.js";
import { scaledClock } from "./scaled-clock.js";
import type { Store } from "./store.js";

/** One server, from its start to its end. */
export interface Instance {
  readonly sluice: Sluice<RevocableContext>;
  readonly edition: Edition;
  readonly port: number;
  readonly ledger: Ledger;
  /** Bytes that are buffered in this process for the slowest reader. */
  readonly mostBuffered: number;
  /** What it still holds: open streams, watched topics, and clients whose streams it counts. */
  readonly held: number;
  /** Breaks all connections and stops listening. */
  close(): Promise<void>;
  /** The same, as a process that ends: with its runs, its leases and its log. */
  shutDown(): Promise<void>;
  /** The same, as a process that is killed at this moment. */
  kill(): Promise<void>;
  /** Resolves once it has been killed. */
  readonly killed: Promise<void>;
}

export interface InstanceOptions extends RouterOptions {
  readonly adapter: "node" | "express";
  /** Default: a free port. */
  readonly port?: number;
  readonly onError: (report: ErrorReport) => void;
  readonly access: Access;
  readonly limits: ModelLimits;
  readonly blame: (what: string) => void;
  readonly onSocket?: ((socket: Socket) => void) | undefined;
  readonly onParts?: ((parts: SluiceParts) => void) | undefined;
  /** It may not reach the log, and then it admits nobody. Default: it always does. */
  readonly mayBeCutOff?: boolean;
  /** Its process is gone. */
  readonly onGone?: () => void;
}

export async function startInstance(
  store: Pick<Store, "log" | "retain" | "seen">,
  options: InstanceOptions,
): Promise<Instance> {
  const { access, limits, onError, blame, port = 0 } = options;
  const serving = { edition: options.edition, losses: options.history.lostHeads(boardTopic).length };
  const log = countWatchers(store.log);
  let isDead = false;
  let hasDied = false;
  let die = () => {};
  const killed = new Promise<void>((resolve) => {
    die = resolve;
  });
  const sluice = createSluice(routerFor(log, options), {
    log: store.seen(log),
    retain: store.retain,
    clock: mortalClock(scaledClock, () => isDead),
    heartbeat: 2_000,
    retry: 100,
    limits,
    onError: (report) => isDead || onError(report), // some of its timers are the system's own
  });
  const parts = partsOf(sluice as never);
  options.onParts?.(parts);
  const { streams: connections, clients } = parts.admission;
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
      const isElsewhere =
        parts.admission.isClosed ||
        options.mayBeCutOff ||
        isBehind(options.history, serving, exchange.credentials.topic);
      const complaint = isElsewhere ? undefined : complaintOfRefusal(status, exchange, ledger, limits);
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
  async function close(): Promise<void> {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
  function end(): void {
    if (isDead) return;
    isDead = true;
    options.onGone?.();
  }
  return {
    sluice,
    edition: options.edition,
    ledger,
    port: (server.address() as AddressInfo).port,
    get mostBuffered() {
      return Math.max(0, ...[...sockets].map(({ writableLength }) => writableLength));
    },
    get held() {
      return hasDied ? 0 : connections.size + log.watchers + clients.size;
    },
    close,
    async shutDown() {
      await close();
      if (isDead) return;
      await Promise.race([sluice.close().catch((error) => isDead || Promise.reject(error)), killed]);
      end();
    },
    async kill() {
      hasDied ||= !isDead;
      end();
      die();
      await close();
    },
    killed,
  };
}
