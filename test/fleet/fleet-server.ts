import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSluice, SluiceError } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { type Edition, routerOf } from "./editions.ts";
import { openLog, type Store } from "./open-log.ts";
import { router } from "./router.ts";

export interface ServerOptions {
  readonly store: Store;
  /** Milliseconds that clients wait before they reconnect. */
  readonly retry: number;
  /** Whether it listens until its clients have left, as where a balancer asks each server whether it is ready. Default: false. */
  readonly listensOn?: boolean;
  /** Of the contract that changes. Default: it serves the other one. */
  readonly edition?: Edition;
}

/** What it tells its parent. */
export type Said = { readonly port: number } | { readonly problem: string };

// One server of a fleet, in a process of its own. It ends on SIGTERM as the README says.

const { store, retry, listensOn, edition } = JSON.parse(process.argv[2] as string) as ServerOptions;
const say = (said: Said) => process.send?.(said);

const sluice = createSluice(edition ? (routerOf(edition) as never) : router, {
  log: openLog(store),
  retry,
  limits: { streamsPerClient: 10_000, newTopicsPerClient: 10_000 },
  onError({ error, path }) {
    // A caller that is told so tries again: a file was busy for long, or a contract is another.
    if (!SluiceError.is(error, "unavailable")) say({ problem: `${path}: ${(error as Error).stack}` });
  },
});
const server = createServer(sluiceNode(sluice));
server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () =>
  say({ port: (server.address() as AddressInfo).port }),
);
process.once("SIGTERM", () => {
  if (!listensOn) server.close(); // so that the balancer sends its clients elsewhere
  void sluice.close().then(() => {
    server.close();
    server.closeAllConnections();
    process.disconnect();
  });
});
process.once("disconnect", () => {
  if (server.listening) process.exit(); // the parent is gone
});
