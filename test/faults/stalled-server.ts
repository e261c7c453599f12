import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, memoryLog, type Stats } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import * as z from "zod";
import { answerCalls } from "../support/rpc.js";
import { memoryOf } from "./memory-of.js";

// A server in its own process, so that its memory can be measured.

const contract = defineContract({
  feed: subscription({
    input: z.object({ room: z.int() }),
    events: { post: z.object({ n: z.int(), pad: z.string() }) },
  }),
});
// A short history, which is soon full and stops growing.
const log = memoryLog({ retain: { events: 500, bytes: 150_000 } });
const sluice = createSluice(implement(contract).$router({ feed: implement(contract).feed.live() }), { log });

export interface Publication {
  readonly rooms: number;
  /** The number of the first event, the events per room, and the events per turn. */
  readonly first: number;
  readonly count: number;
  readonly perTurn: number;
  /** Length of each event's text. */
  readonly length: number;
}

const methods = {
  /** Listens on a port or a path, and returns it. */
  listen({ path }: { readonly path: string | undefined }): Promise<number | undefined> {
    const server = createServer(sluiceNode(sluice));
    return new Promise((resolve) => {
      const listening = () => resolve((server.address() as AddressInfo).port);
      if (path === undefined) server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, listening);
      else server.listen({ path, backlog: 4_096 }, listening);
    });
  },

  /** Publishes to all rooms, one event after the other, as fast as possible. */
  async publish({ rooms, first, count, perTurn, length }: Publication): Promise<void> {
    const pad = "x".repeat(length);
    for (let n = first; n < first + count; n++) {
      for (let room = 0; room < rooms; room++) {
        await sluice.topic(contract.feed, { room }).publish({ type: "post", data: { n, pad } });
      }
      if (n % perTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  },

  stats: (): Stats => sluice.stats(),

  /** CPU that this process has used so far, in microseconds. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },

  memory: memoryOf,
};
export type StalledServer = typeof methods;
answerCalls(methods);
