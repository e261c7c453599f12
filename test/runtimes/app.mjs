// What every runtime serves: a Sluice below /api, and below /control what the test does on the server's side.
import { defineContract, mutation, query, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import * as z from "zod";

const contract = defineContract({
  watch: subscription({
    input: z.object({ id: z.string() }),
    events: { tick: z.object({ n: z.int(), pad: z.string() }) },
  }),
  tokens: subscription({ events: { token: z.int() } }),
  ping: query({ output: z.string() }),
  add: mutation({ input: z.object({ n: z.int() }), output: z.int() }),
});

export function createApp({ heartbeat } = {}) {
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
  });
  const sluice = createSluice(router, { heartbeat });
  const handler = sluiceFetch(sluice, { base: "/api" });
  const control = {
    stats: () => ({ ...sluice.stats(), generators }),
    async publish({ id, from, to, size }) {
      const topic = sluice.topic(contract.watch, { id });
      for (let n = from; n <= to; n++) {
        await topic.publish({ type: "tick", data: { n, pad: "x".repeat(size) } });
        await new Promise((resolve) => setTimeout(resolve));
      }
    },
    disconnect: () => sluice.disconnect({ path: "watch" }),
    drain: () => void sluice.drain({ timeout: 500 }),
  };
  return async (request, ...rest) => {
    const { pathname } = new URL(request.url);
    if (!pathname.startsWith("/control/")) return handler(request, ...rest);
    const result = await control[pathname.slice("/control/".length)](await request.json());
    return Response.json(result ?? null);
  };
}
