import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, type Limits } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import { lanesBut, neighbour } from "./in-lanes.js";
import { open as openAt } from "./reader.js";
import { eventually } from "./within.js";

const contract = defineContract({
  neighbour,
  room: subscription({
    input: z.object({ id: z.string(), name: z.string().default("?") }),
    key: ["id"],
    events: { joined: z.string(), left: z.string() },
  }),
  plain: subscription({ events: { tick: z.int() } }),
});

interface Setting {
  readonly isIdentified?: boolean;
  readonly linger?: number;
  readonly limits?: Partial<Limits>;
  readonly onSubscribe?: (args: { readonly signal: AbortSignal }) => unknown;
}

/** A server whose rooms tell who is there, and write it down. */
async function setUp({ isIdentified = true, linger = 5_000, limits = {}, onSubscribe }: Setting = {}) {
  const clock = new ManualClock();
  clock.jump(1_000_000);
  const seen: string[] = [];
  const errors: unknown[] = [];
  const s = implement(contract).$context<{ user: string; tags: string[]; expiresAt?: number }>();
  const admit = s.$middleware(({ context, errors: make, next }) => {
    if (context.user === "stranger") throw make.forbidden();
    return next();
  });
  const router = s.$router({
    neighbour: s.neighbour.live(),
    room: s.room.use(admit).live({
      onSubscribe: (args) => {
        const { input, context, signal, path, topic } = args;
        const say = (type: "joined" | "left") => {
          seen.push(`${context.user} ${type} ${input.id} as ${input.name}`);
          return topic(contract.room, { id: input.id }).publish({ type, data: context.user });
        };
        expect(path).toBe("room");
        signal.addEventListener("abort", () => void say("left"));
        void say("joined");
        return onSubscribe?.(args) as undefined;
      },
    }),
    plain: s.plain.live(),
  });
  const sluice = createSluice(router, { clock, linger, limits, onError: ({ error }) => errors.push(error) });
  const app = express().use(
    sluiceExpress(sluice, {
      context: async (req) => ({
        user: String(req.headers["x-user"]),
        tags: [`user:${req.headers["x-user"]}`, String(req.headers["x-tag"])],
        ...(req.headers["x-expires"] ? { expiresAt: Number(req.headers["x-expires"]) } : {}),
      }),
      identify: (_req, { user }) => (isIdentified ? user : undefined),
    }),
  );
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const all = lanesBut([], (input) => sluice.topic(contract.neighbour, input));
  const lanes = { ...all, revokesAll: true };
  const open = (user: string, id = "a", headers: Record<string, string> = {}, name = user) =>
    openAt({ url, lanes }, "room", { input: { id, name }, headers: { "x-user": user, ...headers } });
  /** The server knows that so many streams are open. */
  const streams = (count: number) => eventually(() => expect(sluice.stats().streams).toBe(count));
  const sees = (...expected: string[]) => eventually(() => expect(seen).toEqual(expected));
  return { url, clock, sluice, seen, errors, open, streams, sees };
}

describe("onSubscribe", () => {
  it("is called once for a client and topic, whose tabs and reconnects within `linger` it doesn't see", async () => {
    const { clock, open, streams, sees, seen } = await setUp();
    const first = await open("ann");
    await first.live();
    const second = await open("ann", "a", {}, "tab two"); // the second tab's input and context don't matter
    await second.live();
    first.destroy();
    await streams(1);
    clock.advance(60_000);
    second.destroy();
    await streams(0);
    clock.advance(4_900);
    const again = await open("ann");
    await again.live();
    clock.advance(60_000);
    await sees("ann joined a as ann");
    again.destroy();
    await streams(0);
    clock.advance(4_900);
    expect(seen).toHaveLength(1);
    clock.advance(600);
    await sees("ann joined a as ann", "ann left a as ann");
    const later = await open("ann");
    await later.live();
    await sees("ann joined a as ann", "ann left a as ann", "ann joined a as ann");
  });

  it("is called for each client and each topic, and can publish to all of them", async () => {
    const { open, sees } = await setUp();
    const ann = await open("ann");
    await ann.until(({ data }) => data.includes("ann"));
    const bob = await open("bob");
    await ann.until(({ data }) => data.includes("bob"));
    expect(ann.names).toContain("joined");
    await (await open("ann", "b")).live();
    await sees("ann joined a as ann", "bob joined a as bob", "ann joined b as ann");
    bob.destroy();
  });

  it("is called for each subscription if the adapter identifies nobody", async () => {
    const { clock, open, streams, sees } = await setUp({ isIdentified: false });
    const one = await open("ann");
    const two = await open("ann");
    await Promise.all([one.live(), two.live()]);
    await sees("ann joined a as ann", "ann joined a as ann");
    one.destroy();
    await streams(1);
    clock.advance(5_250);
    await sees("ann joined a as ann", "ann joined a as ann", "ann left a as ann");
  });

  it("is not called for a subscription that is refused, nor for HEAD", async () => {
    const { url, open, seen, streams } = await setUp({ limits: { streams: 1 } });
    const stranger = await open("stranger");
    expect(stranger.status).toBe(403);
    stranger.destroy();
    await streams(0);
    const head = await openAt({ url }, "room", { method: "HEAD", input: { id: "a" }, headers: { "x-user": "ann" } });
    expect(head.status).toBe(200);
    await (await openAt({ url }, "plain", { headers: { "x-user": "ann" } })).live();
    expect((await open("ann")).status).toBe(503);
    expect(seen).toEqual([]);
  });

  it("sees that a client has left whose authorisation was revoked or has expired, and that may be renewed", async () => {
    const { clock, sluice, open, sees, streams } = await setUp();
    const ann = await open("ann");
    const bob = await open("bob", "b", { "x-expires": String(1_000_000 + 2_000) });
    await Promise.all([ann.live(), bob.live()]);
    await sees("ann joined a as ann", "bob joined b as bob");
    await sluice.disconnect({ tag: "user:ann", reason: "unauthorized" });
    clock.advance(2_250);
    await Promise.all([ann.end(), bob.end()]);
    await streams(0);
    await sees("ann joined a as ann", "bob joined b as bob");
    clock.advance(3_000);
    await sees("ann joined a as ann", "bob joined b as bob", "ann left a as ann");
    clock.advance(2_500);
    await sees("ann joined a as ann", "bob joined b as bob", "ann left a as ann", "bob left b as bob");
  });

  it("sees a client leave at once whose last stream ends for good, as it won't come back", async () => {
    const { sluice, open, streams, sees } = await setUp();
    const [tab, other] = [await open("ann", "a", { "x-tag": "tab" }), await open("ann")];
    const bob = await open("bob");
    await Promise.all([tab.live(), other.live(), bob.live()]);
    await sluice.disconnect({ tag: "tab" });
    await streams(2);
    await sees("ann joined a as ann", "bob joined a as bob");
    await sluice.disconnect({ tag: "user:ann" });
    await sees("ann joined a as ann", "bob joined a as bob", "ann left a as ann");
    const again = await open("ann"); // whoever is let in again is somebody who comes
    await again.live();
    await sees("ann joined a as ann", "bob joined a as bob", "ann left a as ann", "ann joined a as ann");
  });

  it("sees all leave at once when the server drains: those who linger, and those whose streams are still open", async () => {
    const { sluice, open, streams, sees } = await setUp();
    const ann = await open("ann");
    await ann.live();
    ann.destroy();
    await streams(0);
    const bob = await open("bob", "b");
    await bob.live();
    const drained = sluice.drain();
    await sees("ann joined a as ann", "bob joined b as bob", "ann left a as ann", "bob left b as bob");
    await bob.first("drain");
    bob.destroy();
    await drained;
  });

  it.each<[string, (args: { readonly signal: AbortSignal }) => unknown]>([
    [
      "throws",
      () => {
        throw new Error("no");
      },
    ],
    ["rejects", () => Promise.reject(new Error("no"))],
  ])("refuses nobody if it %s: onError is told", async (_how, onSubscribe) => {
    const { errors, open } = await setUp({ onSubscribe });
    const ann = await open("ann");
    await ann.until(({ data }) => data.includes("ann"));
    await eventually(() => expect(errors).toEqual([expect.objectContaining({ message: "no" })]));
  });

  it("may give up with an AbortError when `signal` aborts, and reports any other error after it", async () => {
    const until = ({ signal }: { readonly signal: AbortSignal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const failed = (args: { readonly signal: AbortSignal }) =>
      until(args).catch(() => Promise.reject(new Error("late")));
    for (const [onSubscribe, expected] of [
      [until, []],
      [failed, [expect.objectContaining({ message: "late" })]],
    ] as const) {
      const { errors, sluice, open, sees } = await setUp({ onSubscribe });
      const ann = await open("ann");
      await ann.live();
      await sees("ann joined a as ann");
      const drained = sluice.drain();
      ann.destroy();
      await drained;
      await eventually(() => expect(errors).toEqual(expected));
    }
  });

  it("waits for no more clients than there may be subscriptions: the first to have left counts as gone", async () => {
    const { open, streams, sees } = await setUp({ limits: { subscriptions: 2 } });
    for (const user of ["ann", "bob", "cid"]) {
      const reader = await open(user);
      await reader.live();
      reader.destroy();
      await streams(0);
    }
    await sees("ann joined a as ann", "bob joined a as bob", "cid joined a as cid", "ann left a as ann");
  });

  it("a stream says `attended` if the procedure has it, and only then (PROTOCOL §5.3)", async () => {
    const { url, open } = await setUp();
    expect(await (await open("ann")).first("open")).toMatchObject({ attended: true });
    const plain = await openAt({ url }, "plain", { headers: { "x-user": "ann" } });
    expect(await plain.first("open")).not.toHaveProperty("attended");
  });
});

it.each([-1, 1.5, Number.NaN])("linger is checked when the Sluice is created: %d", (linger) => {
  const s = implement(contract);
  const router = s.$router({
    neighbour: s.neighbour.live(),
    room: s.room.live(),
    plain: s.plain.live(),
  });
  expect(() => createSluice(router, { linger })).toThrow(`linger is ${linger}; allowed are whole milliseconds`);
});
