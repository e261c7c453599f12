import { get } from "node:http";
import { connect } from "node:net";
import { createFrameDecoder } from "@sluice/contract/wire";
import { expect, onTestFinished } from "vitest";
import { eventually } from "../conformance/within.js";
import { Child } from "../support/child.js";
import type { Publication, StalledServer } from "./stalled-server.js";

type Address = { readonly port: number } | { readonly path: string };

/** Milliseconds: two hundred streams of fifty lanes take some, where other tests run at the same time. */
const patience = 30_000;

/** A server in its own process, and its readers here. */
export async function startStalledServer(path?: string) {
  const sources = ["--conditions=@sluice/source"];
  const child = new Child<StalledServer>(new URL("stalled-server.ts", import.meta.url), { options: sources });
  onTestFinished(() => child.stop());
  const port = await child.call("listen", { path });
  const address: Address = path === undefined ? { port: port as number } : { path };
  const server = path === undefined ? address : { socketPath: path };
  let first = 1;

  const target = (room: number) => `/feed?${new URLSearchParams({ input: JSON.stringify({ room }) })}`;
  const stat = async (name: "streams" | "subscriptions" | "lagging" | "delivered") => (await child.call("stats"))[name];
  const reaches = (name: "streams" | "subscriptions" | "lagging", count: number) =>
    eventually(async () => expect([name, await stat(name)]).toEqual([name, count]), patience);

  const requestOne = (room: number) => `GET ${target(room)} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
  const requestAll = (rooms: number) => {
    const subscriptions = Array.from({ length: rooms }, (_, room) => ({ path: "feed", input: { room } }));
    const body = JSON.stringify({ subscriptions });
    return `POST /$streams HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  };

  /** Opens this many more streams, each of one of the rooms or of all. They read only on request. */
  async function ask(count: number, rooms: number, { isMultiplexed = false } = {}) {
    const before = await stat("streams");
    const sockets = Array.from({ length: count }, (_, index) => {
      const socket = connect({ ...address, host: "127.0.0.1" });
      socket.on("error", () => {}).write(isMultiplexed ? requestAll(rooms) : requestOne(index % rooms));
      onTestFinished(() => void socket.destroy());
      return socket;
    });
    await reaches("streams", before + count);
    return {
      read: () => sockets.forEach((socket) => void socket.resume()),
      async leave() {
        for (const socket of sockets) socket.destroy();
        await reaches("streams", before);
      },
    };
  }

  return {
    child,
    stat,
    reaches,
    ask,
    /** Opens this many more streams that don't read. Resolves when their sockets are full. */
    async stall(
      count: number,
      rooms: number,
      publishMore: () => Promise<unknown>,
      options?: Parameters<typeof ask>[2],
    ) {
      const readers = await ask(count, rooms, options);
      for (let i = 0; i < 400 && (await stat("lagging")) < count; i++) await publishMore();
      await reaches("lagging", count);
      return readers;
    },
    /** Reads a room's events, and returns the last one, and whether any number was out of order. */
    watch(room: number) {
      const told = { last: 0, inOrder: true };
      const decoder = createFrameDecoder((frame) => {
        if (frame.kind !== "event") return;
        const { n } = JSON.parse(frame.data);
        told.inOrder &&= n === told.last + 1;
        told.last = n;
      });
      const sent = get({ ...server, path: target(room), agent: false }, (response) => {
        response.on("data", (chunk: Buffer) => decoder.push(chunk)).on("error", () => {});
      });
      onTestFinished(() => void sent.on("error", () => {}).destroy());
      return told;
    },
    /** The number of the last event. */
    async publish(publication: Omit<Publication, "first">): Promise<number> {
      await child.call("publish", { ...publication, first });
      first += publication.count;
      return first - 1;
    },
  };
}
