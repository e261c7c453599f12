import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, mutation, subscription } from "@sluice/contract";
import { createSluice, implement, LogError, memoryLog } from "@sluice/server";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { describeStreams } from "./adapters.js";

const contract = defineContract({
  feed: subscription({ events: { post: z.string() } }),
  post: mutation({ input: z.object({ key: z.string().optional() }) }),
});

describeStreams("a mutation whose events may have been published", (adapter) => {
  it.each([
    ["unknown", undefined, { outcome: "unknown", isKeyed: false }, false],
    ["unknown", "k", { outcome: "unknown", isKeyed: true }, true],
    ["unavailable", undefined, undefined, true],
  ] as const)("says so to its client: %s, with the key %s (PROTOCOL §3)", async (code, key, data, isRetryable) => {
    const cause = new LogError(code, "redis at 10.0.0.7 does not answer");
    const away = { append: () => Promise.reject(cause), findAppend: () => Promise.reject(cause) };
    const s = implement(contract).$context<object>();
    const router = s.$router({
      feed: s.feed.live(),
      post: s.post.handler(async ({ input, topic }) => {
        await topic(contract.feed).publish({ type: "post", data: "a" }, { idempotencyKey: input.key });
      }),
    });
    const reported: unknown[] = [];
    const log = { ...memoryLog(), ...away };
    const sluice = createSluice(router, { log, onError: ({ error }) => reported.push(error) });
    const server = createServer(adapter.listener(sluice as never)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const client = createClient(contract, { url: `http://127.0.0.1:${port}${adapter.base}` });
    const error = await client.post(key === undefined ? {} : { key }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unavailable", status: 503, data, retryable: isRetryable });
    expect((error as Error).message).not.toContain("10.0.0.7");
    // Whoever runs the server is told the cause.
    expect(reported).toEqual([expect.objectContaining({ cause })]);
  });
});
