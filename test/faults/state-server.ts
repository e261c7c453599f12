import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import * as z from "zod";
import { partsOf } from "../../packages/server/src/sluice.js";
import { answerCalls } from "../support/rpc.js";
import { memoryOf } from "./memory-of.js";

// A server in its own process, so that its memory can be measured.

const state = {
  schema: z.object({ n: z.int(), text: z.string() }),
  initial: { n: 0, text: "x".repeat(8 * 1024 * 1024) },
  apply: { set: (before: { n: number; text: string }, n: number) => ({ ...before, n }) },
};
const contract = defineContract({
  board: subscription({ events: { set: z.int() }, state }),
  own: subscription({ events: { set: z.int() }, state }),
});
const s = implement(contract);
const router = s.$router({
  board: s.board.live(),
  own: s.own.live({ snapshot: ({ topic: read }) => read(contract.own).state() }),
});
const sluice = createSluice(router, { limits: { snapshotBytes: 36 * 1024 * 1024 } });

const methods = {
  listen(): Promise<number> {
    const server = createServer(sluiceNode(sluice));
    return new Promise((resolve) =>
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
    );
  },
  async publish(data: number): Promise<void> {
    for (const procedure of [contract.board, contract.own]) {
      await sluice.topic(procedure).publish({ type: "set", data });
    }
  },
  stats: () => ({ ...sluice.stats(), openings: partsOf(sluice as never).admission.openings.size }),
  memory: memoryOf,
};
export type StateServer = typeof methods;
answerCalls(methods);
