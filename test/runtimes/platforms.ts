import { type FetchLike, fetchHttp2 } from "./fetch-http2.js";

/** Where a Sluice is served. */
export interface Platform {
  readonly name: string;
  /** Starts its server, in the folder `servers`. */
  readonly command: readonly string[];
  /** What the server prints by itself, other than errors. */
  readonly prints?: RegExp;
  /** How requests reach it. Default: the global `fetch`, HTTP/1.1. */
  readonly fetch?: FetchLike;
  /** How streams end before the host cuts them: an option of `sluiceFetch`, or a limit of the Sluice. */
  readonly life: "maxDuration" | "streamLife";
  /** Whether paths that are not in the contract are the application's, and not answered by Sluice. */
  readonly handsOn?: true;
  /** When it says that a client of a silent stream has left. Default: at once. */
  readonly tellsOfLeaving?: "at the next heartbeat";
}

const bin = (name: string) => `../node_modules/.bin/${name}`;
const bunsGreeting = /^Started (development )?server: .*\n/gm;
const deno = {
  command: [bin("deno"), "run", "--allow-all", "--no-check", "deno.mjs"],
  life: "maxDuration",
  prints: /^Listening on .*\n/gm,
} as const;

export const platforms: readonly Platform[] = [
  { name: "Express", command: ["node", "express.mjs"], life: "streamLife", handsOn: true },
  { name: "node:http", command: ["node", "node.mjs"], life: "streamLife" },
  { name: "node:http2", command: ["node", "http2.mjs"], life: "streamLife", fetch: fetchHttp2 },
  { name: "Fastify", command: ["node", "fastify.mjs"], life: "streamLife" },
  { name: "Hono on Node", command: ["node", "hono-node.mjs"], life: "maxDuration" },
  { name: "Hono on Bun", command: [bin("bun"), "hono-bun.mjs"], life: "maxDuration", prints: bunsGreeting },
  { name: "Bun", command: [bin("bun"), "bun.mjs"], life: "maxDuration" },
  { name: "Deno", ...deno },
  { name: "Deno, over HTTP/2", ...deno, fetch: fetchHttp2 },
  {
    name: "a route handler of Next",
    command: ["node", "../node_modules/next/dist/bin/next", "start", "next"],
    life: "maxDuration",
    prints: /^(▲ Next|- (Local|Network):|✓ |$).*\n/gm,
  },
  {
    name: "a Durable Object of workerd",
    command: ["node", "workerd.mjs"],
    life: "maxDuration",
    tellsOfLeaving: "at the next heartbeat",
    // Of each client that left.
    prints: /^(workerd\/server\/|stack: ).*\n/gm,
  },
];
