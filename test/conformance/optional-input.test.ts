import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { createClient as createWireClient } from "@sluice/client/types-only";
import { defineContract, query, subscription } from "@sluice/contract";
import { createPublisher, createSluice, implement, memoryLog } from "@sluice/server";
import { sluiceExpress } from "@sluice/server/express";
import express from "express";
import { describe, expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { clientInProcess } from "./in-process.js";
import { turns } from "./within.js";

const optional = z.object({ room: z.string() }).optional();
const withDefault = z.object({ room: z.string().default("hall") }).default({ room: "hall" });
const events = { said: z.string() };
const state = {
  schema: z.array(z.string()),
  initial: [],
  apply: { said: (all: string[], one: string) => [...all, one] },
};

const contract = defineContract({
  none: subscription({ events, state, start: "oldest" }),
  optional: subscription({ input: optional, events, state, start: "oldest" }),
  withDefault: subscription({ input: withDefault, events, state, start: "oldest" }),
  find: query({ input: optional, output: z.string() }),
  search: query({ input: withDefault, output: z.string() }),
  ping: query({ output: z.string() }),
});

async function setUp() {
  const log = memoryLog();
  const s = implement(contract);
  const sluice = createSluice(
    s.$router({
      none: s.none.live(),
      optional: s.optional.live(),
      withDefault: s.withDefault.live(),
      find: s.find.handler(({ input }) => input?.room ?? "anywhere"),
      search: s.search.handler(({ input }) => input.room),
      ping: s.ping.handler(() => "pong"),
    }),
    { log },
  );
  const server = createServer(express().use("/api", sluiceExpress(sluice)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const options = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api` };
  const { topic } = createPublisher(contract, { log });
  return { sluice, topic, client: createClient(contract, options), wire: createWireClient<typeof contract>(options) };
}

const first = async <T>(all: AsyncIterable<T>): Promise<T> => {
  for await (const one of all) return one;
  throw new Error("It ended without one.");
};

type Stop = () => void;
const told = <T>(subscribe: (tell: (value: T) => void) => Stop): Promise<T> =>
  new Promise((resolve) => {
    const stop = subscribe((value) => {
      resolve(value);
      queueMicrotask(() => stop());
    });
  });

describe("an input that is optional, or has a default, as a whole", () => {
  it.each(["none", "optional", "withDefault"] as const)(
    "may be left out of subscriptions and publishes: %s",
    async (name) => {
      const { sluice, topic, client, wire } = await setUp();
      const inside = clientInProcess(contract, sluice, {});
      const { duplicate } = await topic(contract[name]).publish({ type: "said", data: "a" });
      expect(duplicate).toBe(false);
      await sluice.topic(contract[name]).publish([{ type: "said", data: "b" }]);
      expect((await sluice.topic(contract[name]).state()).state).toEqual(["a", "b"]);
      expect(await told((onState) => client[name].subscribe({ onState }))).toEqual(["a", "b"]);
      expect(await told((onSnapshot) => wire[name].subscribe({ onSnapshot }))).toEqual(["a", "b"]);
      const loops = [client[name].iterate(), wire[name].iterate(), inside[name].iterate()].map((loop) => first(loop));
      const read = Promise.all(loops).finally(() => loops.splice(0));
      // Repeatedly, because a loop with state begins with the events after its snapshot.
      for (; loops.length > 0; await turns(20)) await sluice.topic(contract[name]).publish({ type: "said", data: "c" });
      for (const event of await read) expect(event).toMatchObject({ type: "said", data: "c" });
    },
  );

  it("may be left out of calls", async () => {
    const { sluice, client, wire } = await setUp();
    expect([await client.find(), await client.search(), await client.ping()]).toEqual(["anywhere", "hall", "pong"]);
    expect([await wire.find(), await wire.search(), await wire.ping()]).toEqual(["anywhere", "hall", "pong"]);
    const inside = [sluice.call(contract.find), sluice.call(contract.search), sluice.call(contract.ping)];
    expect(await Promise.all(inside)).toEqual(["anywhere", "hall", "pong"]);
    expect([await client.find({ room: "a" }), await client.search({})]).toEqual(["a", "hall"]);
  });

  it("names the same topic as the value that it defaults to", async () => {
    const { sluice, client } = await setUp();
    await sluice.topic(contract.withDefault).publish({ type: "said", data: "a" });
    expect((await sluice.topic(contract.withDefault, { room: "hall" }).state()).state).toEqual(["a"]);
    expect(await told((onState) => client.withDefault.subscribe({ room: "hall" }, { onState }))).toEqual(["a"]);
    expect((await sluice.topic(contract.withDefault, { room: "attic" }).state()).state).toEqual([]);
  });
});
