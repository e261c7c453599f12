import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import * as z from "zod";
import { bundle } from "../../packages/client/src/test-kit/bundle.test-kit.js";
import { cert, key } from "../support/certificate.js";

const contractText = `
import { defineContract, subscription } from "@sluice/contract";
import * as z from "zod";
export const contract = defineContract({ room: subscription({ input: z.string(), events: { said: z.int() } }) });
`;
const contract = defineContract({ room: subscription({ input: z.string(), events: { said: z.int() } }) });

const app = (multiplex: boolean) => `
import { createClient } from "@sluice/client";
import { contract } from "./fixture-contract.js";
const client = createClient(contract, { url: "/api", linger: 0, multiplex: ${multiplex} });
const rooms = new Map();
globalThis.enter = (names) => {
  for (const name of names) {
    const room = { status: "", said: [] };
    room.leave = client.room.subscribe(name, {
      onConnection: ({ status }) => (room.status = status),
      on: { said: (n) => room.said.push(n) },
    });
    rooms.set(name, room);
  }
};
globalThis.leave = (names) => {
  for (const name of names) {
    rooms.get(name).leave();
    rooms.delete(name);
  }
};
globalThis.live = () => [...rooms.values()].filter(({ status }) => status === "live").length;
globalThis.heard = () => [...rooms].map(([name, { said }]) => name + ": " + said.join());
globalThis.ping = async (times) => {
  const took = [];
  for (let i = 0; i < times; i++) {
    const start = performance.now();
    await (await fetch("/ping", { signal: AbortSignal.timeout(5_000) })).text();
    took.push(performance.now() - start);
  }
  return took.sort((a, b) => a - b)[times >> 1];
};
`;

/** What the page's script offers to a test. */
export interface RoomsTab {
  enter(names: readonly string[]): void;
  leave(names: readonly string[]): void;
  /** The number of rooms that are live. */
  live(): number;
  heard(): string[];
  /** The median of so many ordinary requests, one after another, in milliseconds. */
  ping(times: number): Promise<number>;
}

export const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);

/** A server with a page that enters rooms: each is a subscription. */
export async function startRooms({ multiplex = true, http2 = false } = {}) {
  const sluice = createSluice(implement(contract).$router({ room: implement(contract).room.live() }), {
    limits: { streamsPerClient: 100 },
  });
  const { code } = await bundle(app(multiplex), contractText, "iife");
  const api = sluiceNode(sluice, { base: "/api", context: () => ({}) });
  const open = { now: 0, most: 0 };
  const listener: RequestListener = (request, response) => {
    const send = (type: string, text: string) => void response.writeHead(200, { "content-type": type }).end(text);
    if (request.url === "/") send("text/html", `<script src="/app.js"></script>`);
    else if (request.url === "/app.js") send("text/javascript", code);
    else if (!request.url?.startsWith("/api")) response.end("pong");
    else {
      open.most = Math.max(open.most, ++open.now);
      response.on("close", () => open.now--);
      api(request, response);
    }
  };
  const server = http2 ? createSecureServer({ key, cert }, listener as never) : createServer(listener);
  const connections = new Set<{ destroy(): void }>();
  server.on(http2 ? "session" : "connection", (connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http${http2 ? "s" : ""}://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    /** The event streams that are open, and the most that have been so at once. */
    open,
    say: (name: string, n: number) => sluice.topic(contract.room, name).publish({ type: "said", data: n }),
    close(): void {
      for (const connection of connections) connection.destroy();
      server.close();
    },
  };
}
