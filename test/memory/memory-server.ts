import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { createSluice, implement, type Stats } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import * as z from "zod";
import { answerCalls } from "../support/rpc.js";

// A server in its own process, so that its memory can be measured and limited.

const input = z.object({ name: z.string() });
const contract = defineContract({
  feed: subscription({ input, events: { post: z.string() } }),
  board: subscription({
    input,
    events: { post: z.string() },
    state: { schema: z.string(), initial: "", apply: { post: (_, text) => text } },
  }),
  echo: subscription({ input, events: { token: z.string() } }),
  /** Its events are small. Its state is large and always different. */
  job: subscription({
    events: { step: z.int() },
    state: { schema: z.string(), initial: "", apply: { step: (_, n) => `${n}-`.padEnd(500_000, "x") } },
  }),
  publish: mutation({ input: z.object({ key: z.string() }) }),
  look: query({ input }),
});
/** Lets the job continue. */
let step = () => {};
const s = implement(contract);
const router = s.$router({
  feed: s.feed.live(),
  board: s.board.live(),
  echo: s.echo.stream(async function* ({ signal }) {
    yield { type: "token", data: "there" };
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
  }),
  job: s.job.stream(
    async function* () {
      for (let n = 0; ; n++) {
        yield { type: "step", data: n };
        await new Promise<void>((resolve) => (step = resolve));
      }
    },
    { resumable: true },
  ),
  publish: s.publish.handler(async ({ input: { key }, topic }) => {
    await topic(contract.feed, { name: "all" }).publish({ type: "post", data: "news" }, { idempotencyKey: key });
  }),
  look: s.look.handler(() => {}),
});
const sluice = createSluice(router);

const methods = {
  /** Listens on a port, and answers which. */
  listen(): Promise<number> {
    const server = createServer(
      { maxHeaderSize: 64 * 1024 },
      sluiceNode(sluice, { identify: (req) => req.headers["x-client"] as string | undefined }),
    );
    return new Promise((resolve) => {
      server.listen({ port: 0, host: "127.0.0.1", backlog: 1_024 }, () =>
        resolve((server.address() as AddressInfo).port),
      );
    });
  },

  /** Has the job yield another event. */
  step: (): void => step(),

  stats: (): Stats => sluice.stats(),

  /** Bytes that JavaScript holds, buffers included, when all that can be freed is. */
  async held(): Promise<number> {
    for (let pass = 0; pass < 4; pass++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 20)); // buffers are freed in the background
    }
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
};
export type MemoryServer = typeof methods;
answerCalls(methods);
