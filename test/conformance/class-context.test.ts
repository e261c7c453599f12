import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { defineContract, query, subscription } from "@sluice/contract";
import { createSluice, type ErrorReport, implement } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import { sluiceNode } from "@sluice/server/node";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { ask } from "./ask.js";
import { open, type Reader } from "./reader.js";

const contract = defineContract({
  feed: subscription({ events: { post: z.int() } }),
  who: query({ output: z.object({ user: z.string(), role: z.string() }) }),
});

/** A typical application class: private fields and getters. */
class Session {
  readonly #user: string;
  readonly #expiresAt: number;
  constructor(user: string, expiresAt: number) {
    this.#user = user;
    this.#expiresAt = expiresAt;
  }
  get user(): string {
    return this.#user;
  }
  get expiresAt(): number {
    return this.#expiresAt;
  }
  get tags(): string[] {
    return [`user:${this.#user}`];
  }
  greeting(): string {
    return `I am ${this.#user}`;
  }
}

async function start(serve: "node" | "express", session: Session | (() => Session)) {
  const s = implement(contract).$context<Session>();
  const withRole = s.$middleware(({ next }) => next({ context: { role: "admin" } }));
  const withTrace = s.$middleware(({ next }) => next({ context: { trace: "t1" } }));
  const reports: ErrorReport[] = [];
  const sluice = createSluice(
    s.$router({
      feed: s.feed.use(withRole).use(withTrace).live(),
      who: s.who
        .use(withRole)
        .use(withTrace)
        .handler(({ context }) => ({ user: context.greeting(), role: context.role })),
    }),
    { onError: (report) => reports.push(report) },
  );
  const context = () => (typeof session === "function" ? session() : session);
  const listener =
    serve === "node" ? sluiceNode(sluice, { context }) : express().use(sluiceExpress(sluice, { context }));
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.close().closeAllConnections();
  });
  return { sluice, reports, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe.each(["node", "express"] as const)("a context that is an instance of a class, over %s", (serve) => {
  const later = Date.now() + 3_600_000;

  it("ends a stream by its tags after a middleware has added to it", async () => {
    const { sluice, url } = await start(serve, new Session("ann", later));
    const reader = await (await open({ url }, "feed")).live();
    expect(await sluice.disconnect({ tag: "user:bob" })).toEqual({ ended: 0 });
    expect(await sluice.disconnect({ tag: "user:ann" })).toEqual({ ended: 1 });
    await reader.end();
    expect(reader.all("error")[0]).toMatchObject({ code: "forbidden", final: true });
  });

  it("whose tags can't be read any more ends at any revocation by tag, and does not keep revoked streams open", async () => {
    let isBroken = false;
    class Broken extends Session {
      override get tags(): string[] {
        if (isBroken) throw new Error("gone");
        return super.tags;
      }
    }
    const sessions = [new Broken("bob", later), new Session("ann", later), new Session("eve", later)];
    const { sluice, url, reports } = await start(serve, () => sessions.shift() as Session);
    const readers = [];
    for (const _ of [1, 2, 3]) readers.push(await (await open({ url }, "feed")).live());
    isBroken = true;
    expect(await sluice.disconnect({ tag: "user:ann" })).toEqual({ ended: 2 });
    const [bob, ann, eve] = readers as [Reader, Reader, Reader];
    await Promise.all([bob.end(), ann.end()]);
    expect(bob.all("error")[0]).toMatchObject({ code: "unauthorized", final: false });
    expect(ann.all("error")[0]).toMatchObject({ code: "forbidden", final: true });
    expect([eve.over, reports.map(({ error }) => String(error))]).toEqual([false, ["Error: gone"]]);
  });

  it("opens nothing after its expiry", async () => {
    const { url } = await start(serve, new Session("ann", Date.now() - 1));
    expect((await ask({ url }, "feed")).status).toBe(401);
  });

  it("keeps its getters and methods for the procedure, over HTTP and in process", async () => {
    const session = new Session("ann", later);
    const { sluice, url } = await start(serve, session);
    const output = { user: "I am ann", role: "admin" };
    expect((await ask({ url }, "who")).json).toEqual({ output });
    expect(await sluice.call(contract.who, undefined, { context: session })).toEqual(output);
  });
});
