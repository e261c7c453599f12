import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { SluiceError } from "@sluice/contract";
import { createSluice, implement, type RevocableContext } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { build, type Rolldown } from "vite";
import { contract } from "./contract.js";

/** The page's code, bundled from the packages' sources. */
async function bundlePage(): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["@sluice/source", "module", "browser", "production"] },
    build: { write: false, rolldownOptions: { input: fileURLToPath(new URL("page.ts", import.meta.url)) } },
  })) as Rolldown.RolldownOutput;
  return built.output[0].code;
}

export interface Site {
  readonly url: string;
  /** The tabs that have event streams open. */
  readonly tabs: readonly string[];
  /** The number of event streams that are open. */
  readonly streams: number;
  /** The last number that was published. */
  readonly last: number;
  /** What has been asked of `/renew`. */
  readonly renewals: number;
  /** The tabs' credentials are no longer good. With `isFinal`, they get no others. */
  expire(options?: { isFinal?: boolean }): Promise<void>;
  /** Publishes megabytes. */
  publishBulk(megabytes: number): Promise<void>;
  /** Publishes from now on, one number after another. Returns what stops it. */
  publish(): () => Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A server with a page that follows two subscriptions and shares them with other tabs. */
export async function startSite(): Promise<Site> {
  const code = await bundlePage();
  const { ticks, count, bulk, $router } = implement(contract).$context<RevocableContext>();
  const sluice = createSluice($router({ ticks: ticks.live(), count: count.live(), bulk: bulk.live() }), {
    retain: { bulk: { bytes: 100_000_000 } },
  });
  const tags = ["user"];
  const credentials = { least: 0, areRenewable: true, renewals: 0 };
  const handle = sluiceNode(sluice, {
    base: "/api",
    context({ headers }) {
      const [, given = "0"] = /credentials=(\d+)/.exec(headers.cookie ?? "") ?? [];
      if (Number(given) < credentials.least) throw new SluiceError("unauthorized");
      return { tags };
    },
  });
  const streams = new Set<IncomingMessage>();
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    if (request.url?.startsWith("/api/")) {
      streams.add(request);
      response.on("close", () => streams.delete(request));
      handle(request, response);
    } else if (request.url === "/renew") {
      credentials.renewals++;
      if (credentials.areRenewable) response.setHeader("set-cookie", `credentials=${credentials.least}`).end();
      else response.writeHead(403).end();
    } else if (request.url === "/page.js") {
      response.setHeader("content-type", "text/javascript").end(code);
    } else {
      const script = request.url === "/" ? '<script type="module" src="/page.js"></script>' : "";
      response.setHeader("content-type", "text/html").end(`<!doctype html><link rel="icon" href="data:,">${script}`);
    }
  });
  server.on("connection", (socket) => sockets.add(socket.once("close", () => sockets.delete(socket))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  let last = 0;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get tabs() {
      return [...new Set([...streams].map(({ headers }) => String(headers["x-tab"])))];
    },
    get streams() {
      return streams.size;
    },
    get last() {
      return last;
    },
    get renewals() {
      return credentials.renewals;
    },
    async expire({ isFinal = false } = {}) {
      credentials.least++;
      credentials.areRenewable = !isFinal;
      await sluice.disconnect({ tag: "user", reason: "unauthorized" });
    },
    async publishBulk(megabytes) {
      const data = "x".repeat(500_000);
      for (let i = 0; i < 2 * megabytes; i++) await sluice.topic(contract.bulk).publish({ type: "part", data });
    },
    publish() {
      let isOver = false;
      const done = (async () => {
        while (!isOver) {
          const event = { type: "tick", data: last + 1 } as const;
          await sluice.topic(contract.ticks).publish(event);
          await sluice.topic(contract.count).publish(event);
          last++;
          await sleep(5);
        }
      })();
      return () => {
        isOver = true;
        return done;
      };
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
