import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { eventually } from "./within.js";

const contract = defineContract({
  feed: subscription({
    input: z.object({ room: z.string() }),
    events: { post: z.int() },
    start: "oldest",
  }),
});
const hall = { room: "hall" };

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function setUp({ limits = {} } = {}) {
  let now = 1_000_000;
  const clock = { now: () => now, setInterval: () => ({}), clearInterval: () => {} };
  let expiresAt: number | undefined;
  const s = implement(contract).$context<{ tags: string[]; expiresAt?: number | undefined }>();
  const sluice = createSluice(s.$router({ feed: s.feed.live() }), { clock, limits });
  const server = createServer(
    sluiceNode(sluice, {
      context: (req) => ({ tags: [`user:${req.headers["x-user"]}`], expiresAt }),
      identify: (req) => String(req.headers["x-user"]),
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const publish = (data: number, room = "hall") =>
    sluice.topic(contract.feed, { room }).publish({ type: "post", data });
  const join = (user: string, room = "hall", onUnauthorized?: () => void) => {
    const seen: unknown[] = [];
    const client = createClient(contract, {
      url,
      headers: { "x-user": user },
      retry: { base: 1 },
      ...(onUnauthorized ? { onUnauthorized } : {}),
    });
    const stop = client.feed.subscribe(
      { room },
      { on: { post: (data) => seen.push(data) }, onError: ({ code }) => seen.push(code) },
    );
    closers.push(stop);
    return { seen, stop };
  };
  const sees = (who: { seen: unknown[] }, expected: unknown[]) => eventually(() => expect(who.seen).toEqual(expected));
  return {
    sluice,
    publish,
    join,
    sees,
    pass: (ms: number) => (now += ms),
    expireAt: (at: number | undefined) => (expiresAt = at),
    now: () => now,
  };
}

describe("revoking", () => {
  it("ends a tag's streams at once, with a reason, and no others", async () => {
    const { sluice, publish, join, sees } = await setUp();
    const [ann, bob] = [join("ann"), join("bob")];
    await publish(1);
    await Promise.all([sees(ann, [1]), sees(bob, [1])]);
    expect(await sluice.disconnect({ tag: "user:ann" })).toEqual({ ended: 1 });
    await publish(2);
    await sees(bob, [1, 2]);
    await sees(ann, [1, "forbidden"]);
  });

  it("also selects by path and key", async () => {
    const { sluice, publish, join, sees } = await setUp();
    const [inHall, inYard] = [join("ann"), join("ann", "yard")];
    await Promise.all([publish(1), publish(2, "yard")]);
    await Promise.all([sees(inHall, [1]), sees(inYard, [2])]);
    expect(await sluice.disconnect({ path: "feed", key: { room: "yard" } })).toEqual({ ended: 1 });
    await sees(inYard, [2, "forbidden"]);
    expect(() => sluice.disconnect({ path: "elsewhere" })).toThrow(
      /"elsewhere" is not a subscription .*the subscriptions are feed/,
    );
    expect(await sluice.disconnect({ path: "feed", tag: "user:ann" })).toEqual({ ended: 1 });
    await sees(inHall, [1, "forbidden"]);
    expect(() => sluice.disconnect({})).toThrow(/tag or a path/);
    expect(() => sluice.disconnect({ tag: "x", key: hall })).toThrow(/path/);
  });

  it("with `unauthorized` makes the client ask for credentials and resume", async () => {
    const { sluice, publish, join, sees } = await setUp();
    const renew = vi.fn();
    const ann = join("ann", "hall", renew);
    await publish(1);
    await sees(ann, [1]);
    await sluice.disconnect({ tag: "user:ann", reason: "unauthorized" });
    await publish(2);
    await sees(ann, [1, 2]);
    expect(renew).toHaveBeenCalledOnce();
  });

  it("sends no event after `expiresAt`, and the client reconnects with new credentials", async () => {
    const { publish, join, sees, pass, expireAt, now, sluice } = await setUp();
    expireAt(now() + 1_000);
    const renew = vi.fn(() => void expireAt(undefined));
    const ann = join("ann", "hall", renew);
    await publish(1);
    await sees(ann, [1]);
    pass(1_000);
    await publish(2);
    await sees(ann, [1, 2]);
    expect(renew).toHaveBeenCalledOnce();
    expect(sluice.stats()).toMatchObject({ streams: 1, resumes: 1, disconnects: 1, resets: 0, published: 2 });
  });

  it("refuses a context that has expired already with 401", async () => {
    const { join, sees, expireAt, now } = await setUp();
    expireAt(now() - 1);
    await sees(join("ann"), ["unauthorized"]);
  });
});

describe("limits per client", () => {
  it("answer 429 to one client's streams beyond the limit, and do not affect others", async () => {
    const { sluice, publish, join, sees } = await setUp({ limits: { streamsPerClient: 2 } });
    const rooms = ["a", "b", "c"].map((room) => join("ann", room));
    const bob = join("bob", "c");
    await publish(1, "c");
    await sees(bob, [1]);
    await eventually(() => expect(sluice.stats().streams).toBe(3));
    rooms[0]?.stop();
    await eventually(() => expect(rooms[2]?.seen).toEqual([1]));
  });
});
