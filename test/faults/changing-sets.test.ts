import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type ClientOptions, createClient, SluiceError } from "@sluice/client";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { seeded } from "../conformance/random.js";
import { eventually } from "../conformance/within.js";

const patience = 60_000;
/** The client's time passes so much faster: two seconds of quiet take a tenth of one. */
const pace = 20;
const clock: NonNullable<ClientOptions["clock"]> = {
  now: () => Math.round(performance.now() * pace),
  setTimeout: (run, ms) => setTimeout(run, ms / pace),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

const contract = defineContract({ room: subscription({ input: z.number(), events: { said: z.int() } }) });
const rooms = Array.from({ length: 60 }, (_, room) => room);

/** A server that drains its streams every second, refuses and delays subscriptions, and whose connections break. */
async function setUp(random: () => number) {
  const faults = { isOn: true };
  const s = implement(contract);
  const moody = s.$middleware(async ({ next }) => {
    const mood = faults.isOn ? random() : 1;
    if (mood < 0.05) throw new SluiceError("unavailable");
    if (mood < 0.15) await new Promise((resolve) => setTimeout(resolve, 100 * random()));
    return next();
  });
  const sluice = createSluice(s.$router({ room: s.room.use(moody).live() }), {
    limits: { streamLife: 1_000 },
    heartbeat: 100_000,
    onError: () => {},
  });
  const api = sluiceNode(sluice, { base: "/api", context: () => ({}) });
  const server = createServer((request, response) => {
    if (faults.isOn && random() < 0.05) response.writeHead(503).end();
    else api(request, response);
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket.once("close", () => sockets.delete(socket))));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    await sluice.close();
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  return { sluice, faults, sockets, url };
}

it("subscriptions that come and go, and whose stream breaks, lose and double nothing over two connections at most", async () => {
  const random = seeded(7);
  const { sluice, faults, sockets, url } = await setUp(random);
  const requests = { open: 0, most: 0 };
  const client = createClient(contract, {
    ...{ url, clock, linger: 0, connectTimeout: 1_000_000 },
    fetch(address, init) {
      if (init.method === "HEAD") return fetch(address, init); // whether there is a connection
      requests.most = Math.max(requests.most, ++requests.open);
      init.signal?.addEventListener("abort", () => requests.open--);
      return fetch(address, init);
    },
  });
  onTestFinished(() => client.$close());

  const problems: string[] = [];
  const published = new Map<number, number>();
  const present = new Map<number, { last: number | undefined; status: string; stop(): void }>();
  const enter = (room: number) => {
    if (present.has(room)) return;
    const seen = { last: undefined as number | undefined, status: "", stop() {} };
    present.set(room, seen);
    seen.stop = client.room.subscribe(room, {
      on: {
        said(n) {
          if (seen.last !== undefined && n !== seen.last + 1) problems.push(`${room}: ${n} after ${seen.last}`);
          seen.last = n;
        },
      },
      onConnection({ status }) {
        seen.status = status;
      },
      onReset: ({ reason }) => problems.push(`${room}: reset, ${reason}`),
      onError: ({ code }) => problems.push(`${room}: ${code}`),
    });
  };
  const leave = (room: number) => {
    present.get(room)?.stop();
    present.delete(room);
  };
  const some = () => {
    const first = Math.floor(random() * 60);
    return rooms.slice(first, first + 1 + Math.floor(random() * 12));
  };
  const say = async (room: number) => {
    const n = (published.get(room) ?? 0) + 1;
    published.set(room, n);
    await sluice.topic(contract.room, room).publish({ type: "said", data: n });
  };

  for (let step = 0; step < 120; step++) {
    const what = random();
    if (what < 0.45) some().forEach(enter);
    else if (what < 0.9) some().forEach(leave);
    else for (const socket of sockets) if (random() < 0.7) socket.destroy();
    for (const room of [...some(), ...some()]) await say(room);
    await new Promise((resolve) => setTimeout(resolve, 60 * random()));
  }
  faults.isOn = false;
  rooms.forEach(enter);
  await eventually(() => {
    expect([...present.values()].filter(({ status }) => status !== "live")).toEqual([]);
    expect(requests.open).toBe(1);
  }, patience);
  for (const room of rooms) await say(room);
  await eventually(() => {
    for (const [room, { last }] of present) expect(`${room} at ${last}`).toBe(`${room} at ${published.get(room)}`);
  }, patience);
  expect([problems, requests.most]).toEqual([[], 2]);
}, 120_000);
