// What every platform serves: an application, and as `control` what a test does on the server's side.
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import * as z from "zod";

const { HEARTBEAT, MAX_DURATION, STREAM_LIFE } = globalThis.process?.env ?? {};
const milliseconds = (text) => (text ? Number(text) : undefined);

/** For the adapter: milliseconds after which the host cuts a response. */
export const maxDuration = milliseconds(MAX_DURATION);

const contract = defineContract({
  watch: subscription({
    input: z.object({ id: z.string() }),
    events: { tick: z.object({ n: z.int(), pad: z.string() }) },
  }),
  tokens: subscription({ events: { token: z.int() } }),
  ping: query({ output: z.string() }),
  add: mutation({ input: z.object({ n: z.int() }), output: z.int() }),
  control: {
    stats: query({ output: z.record(z.string(), z.number()) }),
    publish: mutation({ input: z.object({ id: z.string(), from: z.int(), to: z.int(), size: z.int() }) }),
    disconnect: mutation(),
    drain: mutation(),
  },
});

const streamLife = milliseconds(STREAM_LIFE);

export function createApp() {
  let generators = 0;
  const s = implement(contract);
  const router = s.$router({
    watch: s.watch.live(),
    tokens: s.tokens.stream(async function* ({ signal }) {
      generators++;
      try {
        yield { type: "token", data: 1 };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      } finally {
        generators--;
      }
    }),
    ping: s.ping.handler(() => "pong"),
    add: s.add.handler(({ input }) => input.n + 1),
    control: {
      stats: s.control.stats.handler(() => ({ ...sluice.stats(), generators })),
      publish: s.control.publish.handler(async ({ input: { id, from, to, size }, topic }) => {
        for (let n = from; n <= to; n++) {
          await topic(contract.watch, { id }).publish({ type: "tick", data: { n, pad: "x".repeat(size) } });
          await new Promise((resolve) => setTimeout(resolve));
        }
      }),
      disconnect: s.control.disconnect.handler(() => sluice.disconnect({ path: "watch" })),
      drain: s.control.drain.handler(() => void sluice.drain({ timeout: 500 })),
    },
  });
  const sluice = createSluice(router, {
    heartbeat: milliseconds(HEARTBEAT),
    limits: streamLife === undefined ? {} : { streamLife },
  });
  return sluice;
}
