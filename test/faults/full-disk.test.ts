import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, mutation, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { openLog } from "../../packages/sqlite/src/open-log.test-kit.js";
import { canMount, smallDisk } from "../../packages/sqlite/src/small-disk.test-kit.js";
import { eventually } from "../conformance/within.js";

const text = z.object({ n: z.int(), padding: z.string() });
const contract = defineContract({
  feed: subscription({ events: { post: text } }),
  board: subscription({
    events: { post: text },
    state: {
      schema: z.object({ sum: z.int() }),
      initial: { sum: 0 },
      apply: { post: ({ sum }, { n }) => ({ sum: sum + n }) },
    },
  }),
  post: mutation({ input: text, output: z.object({}) }),
});

// Where nothing can be mounted, the engine's own tests have a file that may not grow.
describe.skipIf(!canMount)("a server whose disk is full", () => {
  it("fails publishes clearly, keeps its clients and what they have, and goes on when there is room", async () => {
    const disk = smallDisk() ?? expect.fail("it could be mounted before");
    onTestFinished(() => disk.remove());
    const { log } = openLog({ file: disk.file });
    const s = implement(contract);
    const reports: unknown[] = [];
    const router = s.$router({
      feed: s.feed.live(),
      board: s.board.live(),
      post: s.post.handler(async ({ input, topic }) => {
        const options = { idempotencyKey: `${input.n}` };
        await topic(contract.feed).publish({ type: "post", data: input }, options);
        await topic(contract.board).publish({ type: "post", data: input }, options);
        return {};
      }),
    });
    const sluice = createSluice(router, { log, onError: ({ error }) => reports.push(error) });
    const server = createServer(sluiceNode(sluice)).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const client = createClient(contract, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
    onTestFinished(async () => {
      client.$close();
      await sluice.close({ timeout: 0 });
      server.close();
    });
    const seen: number[] = [];
    const statuses = new Set<string>();
    let [state, status] = [{ sum: 0 }, ""];
    client.feed.subscribe({
      on: { post: ({ n }) => seen.push(n) },
      onConnection: (connection) => {
        status = connection.status;
        if (seen.length > 0) statuses.add(status);
      },
    });
    client.board.subscribe({
      onState: (next) => {
        state = next;
      },
    });
    await eventually(() => expect(status).toBe("live"));

    const post = (n: number) => client.post({ n, padding: "x".repeat(1_000) });
    const acknowledged: number[] = [];
    const publish = async (n: number) => void (await post(n).then(() => acknowledged.push(n)));
    await publish(1);
    disk.fill(300_000);
    let failure: unknown;
    for (let n = 2; !failure; n += 1) await publish(n).catch((error) => (failure = error));
    expect(failure).toMatchObject({ code: "unavailable", status: 503 });
    expect((failure as Error).message).not.toMatch(/sqlite|disk/i);
    expect(reports.some((error) => /full/.test(String((error as Error).cause ?? error)))).toBe(true);
    await eventually(() => expect(seen).toEqual(expect.arrayContaining(acknowledged)));

    disk.clear();
    const last = acknowledged.length + 1; // it may be in one of the topics
    for (const n of [1, last, last, last + 1]) await post(n);
    const all = Array.from({ length: last + 1 }, (_, i) => i + 1);
    await eventually(() => expect(seen).toEqual(all));
    await eventually(() => expect(state).toEqual({ sum: (all.length * (all.length + 1)) / 2 }));
    expect([...statuses].filter((each) => each !== "live")).toEqual([]);
  });
});
