import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, memoryLog } from "@sluice/server";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import { type Adapter, describeStreams } from "./adapters.js";
import { inLanes } from "./in-lanes.js";
import { within } from "./within.js";

const live = inLanes ? "/$live" : "event: $live";
const stallTimeout = 4_000;
const megabytes = 24;
const state = "x".repeat(megabytes * 1024 * 1024);
const contract = defineContract({
  document: subscription({
    events: { edit: z.string() },
    state: { schema: z.string(), initial: "", apply: { edit: (_, text) => text }, idempotent: true },
  }),
  feed: subscription({ events: { post: z.string() } }),
});

/** A server on the test's clock, and a reader that takes a given number of bytes. */
async function setUp(adapter: Adapter, path: string) {
  const clock = new ManualClock();
  const s = implement(contract);
  const router = s.$router({ document: s.document.live({ snapshot: () => ({ state }) }), feed: s.feed.live() });
  const limits = { eventLength: state.length + 2 };
  const sluice = createSluice(router, { log: memoryLog(), clock, stallTimeout, heartbeat: 60_000, limits });
  const server = createServer(adapter.listener(sluice as never));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });
  socket.on("error", () => {}).pause();
  const body = JSON.stringify({ subscriptions: [{ path }] });
  const posted = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  if (inLanes) socket.write(`POST ${adapter.base}/$streams HTTP/1.1\r\nHost: a\r\n${posted}`);
  else socket.write(`GET ${adapter.base}/${path} HTTP/1.1\r\nHost: a\r\n\r\n`);
  const [sending] = await accepted;
  const reader = new SlowReader(socket);
  /**
   * Reads as slowly as the server allows: time passes whenever the server's socket has sent something. (A kernel reports that in steps
   * of megabytes, so the reader can't use a fixed rate.) Returns the duration in milliseconds.
   */
  const readSlowly = async (last: string): Promise<number> => {
    let passed = 0;
    await reader.take(1024 * 1024, last);
    while (!reader.isAt(last)) {
      const before = sending.bytesWritten;
      while (sending.bytesWritten === before && !reader.isAt(last)) {
        await reader.take(64 * 1024, last);
        for (let turns = 0; turns < 3; turns++) await turn();
      }
      clock.advance(stallTimeout - 500);
      passed += stallTimeout - 500;
    }
    return passed;
  };
  return { clock, sluice, reader, readSlowly };
}

class SlowReader {
  received = 0;
  tail = "";
  isOver = false;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("close", () => (this.isOver = true));
    socket.on("end", () => (this.isOver = true));
  }

  isAt(last: string): boolean {
    return this.isOver || this.tail.includes(last);
  }

  /** Takes this many bytes, but none after `last`. */
  async take(bytes: number, last: string): Promise<void> {
    const enough = this.received + bytes;
    while (this.received < enough && !this.isAt(last)) {
      const chunk = this.#socket.read() as Buffer | null;
      if (chunk) {
        this.received += chunk.length;
        this.tail = (this.tail + chunk.toString("latin1")).slice(-1_000);
      } else {
        // Whichever doesn't come takes its listeners along.
        const waiting = new AbortController();
        const { signal } = waiting;
        const news = [once(this.#socket, "readable", { signal }), once(this.#socket, "close", { signal })];
        await within(Promise.race(news), () => `No bytes came after ${this.received}: ${this.tail}`);
        waiting.abort();
      }
    }
  }
}

describeStreams("a reader that is slow", (adapter) => {
  it("gets a snapshot whose transfer takes many times stallTimeout", async () => {
    const { reader, readSlowly } = await setUp(adapter, "document");
    expect(await readSlowly(live)).toBeGreaterThan(2 * stallTimeout);
    expect(reader.tail).toContain(live);
    expect(reader.received).toBeGreaterThan(state.length);
  }, 30_000);

  it("gets an event of the same size", async () => {
    const { sluice, reader, readSlowly } = await setUp(adapter, "feed");
    await reader.take(1_000, live);
    await sluice.topic(contract.feed).publish({ type: "post", data: state });
    expect(await readSlowly('xx"')).toBeGreaterThan(2 * stallTimeout);
    expect(reader.tail).toContain('xx"');
    expect(reader.received).toBeGreaterThan(state.length);
  }, 30_000);

  it("is cut in time when it stops reading", async () => {
    const { clock, sluice, reader } = await setUp(adapter, "document");
    await reader.take(1024 * 1024, live);
    for (let turns = 0; turns < 100; turns++) await turn(); // the kernel takes what it has room for
    expect(sluice.stats().streams).toBe(1);
    clock.advance(stallTimeout + 500);
    await turn();
    expect(sluice.stats().streams).toBe(0);
  }, 30_000);
});
