import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { type Context, describeAdapters } from "./adapters.js";
import { Raw } from "./raw.js";

const events = { post: z.int() };
const contract = defineContract({
  live: subscription({ events }),
  oldest: subscription({ events, start: "oldest" }),
  state: subscription({ events, state: { schema: z.int(), initial: 0, apply: { post: (sum, by) => sum + by } } }),
  generator: subscription({ events }),
  restarted: subscription({ events }),
  run: subscription({ events }),
  posted: subscription({ events, method: "POST" }),
});

/** Yields nothing while a client is connected. */
async function* silent({ signal }: { readonly signal: AbortSignal }) {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  yield* [];
}

const s = implement(contract).$context<Context>();
const router = s.$router({
  live: s.live.live(),
  oldest: s.oldest.live({ filter: () => false }),
  state: s.state.live(),
  generator: s.generator.stream(silent),
  restarted: s.restarted.stream(silent, { onCut: "restart" }),
  run: s.run.stream(silent, { resumable: true }),
  posted: s.posted.live(),
});

describeAdapters("of a stream that has nothing to say", (adapter) => {
  it.each(Object.keys(contract))("the first frames of %s come with the headers (PROTOCOL §4.1)", async (path) => {
    const server = createServer(adapter.listener(createSluice(router)));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const raw = new Raw((server.address() as AddressInfo).port);
    const firstBytes = new Promise<Buffer>((resolve) => raw.socket.once("data", resolve));
    const { method } = contract[path as keyof typeof contract];
    const body = method === "POST" ? ["Content-Type: application/json", "Content-Length: 0"] : [];
    raw.ask(method, `${adapter.base}/${path}`, ...body);
    const text = (await firstBytes).toString();
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(text).toMatch(/\r\n\r\n[\da-f]+\r\nretry: \d+\n\n(id: \$once\n)?event: \$open\n/);
  });
});
