import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { memoryLog } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import { expect, it, onTestFinished, vi } from "vitest";
import { createHandWritten } from "../../apps/docs/snippets/recipes/before-sse.js";
import { createTrpcRouter } from "../../apps/docs/snippets/recipes/before-trpc.js";
import * as inboxes from "../../apps/docs/snippets/recipes/erase.js";
import { bridge } from "../../apps/docs/snippets/recipes/kafka.js";
import { createMessages, createMessagesClient, showRoom } from "../../apps/docs/snippets/recipes/messages.js";
import * as rooms from "../../apps/docs/snippets/recipes/presence.js";

const until = (check: () => void) => vi.waitFor(check, 10_000);
const url = "http://recipes/api";

it("erases what belongs to a person, and what is among others'", async () => {
  const log = memoryLog();
  const sluice = inboxes.createInboxes(log);
  const client = createClient(inboxes.contract, { url, fetch: sluiceFetch(sluice, { base: "/api" }) });
  onTestFinished(() => client.$close());
  const seen: Record<string, unknown> = {};
  const resets: string[] = [];
  const text = (author: string) => ({ author, text: "hi" });
  await sluice.topic(inboxes.contract.inbox, { user: "eve" }).publish({ type: "received", data: text("ann") });
  for (const author of ["ann", "eve", "bob"]) {
    await sluice.topic(inboxes.contract.room, { room: "r" }).publish({ type: "said", data: text(author) });
  }
  const onReset = ({ reason }: { reason: string }) => resets.push(reason);
  client.inbox.subscribe({ user: "eve" }, { onState: (state) => (seen["inbox"] = state), onReset });
  client.room.subscribe({ room: "r" }, { onState: (state) => (seen["room"] = state), onReset });
  await until(() => expect(seen).toEqual({ inbox: [text("ann")], room: [text("ann"), text("eve"), text("bob")] }));
  await inboxes.eraseInbox(sluice, "eve");
  await inboxes.eraseFromRoom(sluice, "r", "eve");
  await until(() => expect(seen).toEqual({ inbox: [], room: [text("ann"), text("bob")] }));
  expect(resets).toEqual(["epoch", "epoch"]);
  const { page } = await log.open('room?{"room":"r"}', { from: "oldest", limit: 10 });
  expect(JSON.stringify(page)).not.toContain("eve");
});

it("publishes a record of Kafka once, however often it comes, and puts a bad one aside", async () => {
  const log = memoryLog();
  const bad: string[] = [];
  const record = (offset: string, value: string) => ({
    topic: "prices",
    partition: 0,
    message: { key: Buffer.from("SLU"), value: Buffer.from(value), offset },
  });
  const consumer: Parameters<typeof bridge>[1] = {
    async run({ eachMessage }) {
      for (const [offset, value] of [
        ["0", '{"price":1}'],
        ["1", "no JSON"],
        ["2", '{"price":3}'],
      ] as const) {
        for (const _delivery of [1, 2]) await eachMessage(record(offset, value));
      }
    },
  };
  const publisher = await bridge(log, consumer, (place) => bad.push(place));
  await publisher.close();
  const { page } = await log.open('prices/ticks?{"symbol":"SLU"}', { from: "oldest", limit: 10 });
  expect(page).toMatchObject({ entries: [{ type: "tick" }, { type: "tick" }] });
  expect(bad).toEqual(["prices/0/1", "prices/0/1"]);
});

it("counts who is here by visits at several servers, and forgets a server that has crashed", async () => {
  const log = memoryLog();
  const enter = (user: string) => {
    const sluice = rooms.createRooms(log);
    const fetch = sluiceFetch(sluice, { base: "/api", context: () => ({ user }), identify: () => user });
    const client = createClient(rooms.contract, { url, fetch });
    onTestFinished(() => client.$close());
    return { sluice, client };
  };
  const [ann, bob, twin] = [enter("ann"), enter("bob"), enter("bob")];
  let here: readonly string[] = [];
  ann.client.who.subscribe({ room: "r" }, { onState: (visits) => (here = rooms.peopleOf(visits)) });
  const long = { visit: randomUUID(), user: "crashed", at: Date.now() - rooms.forgetAfter + 1_000 };
  await ann.sluice.topic(rooms.contract.who, { room: "r" }).publish({ type: "here", data: long });
  await until(() => expect(here).toEqual(["crashed"]));
  for (const { client } of [bob, twin]) client.room.subscribe({ room: "r" }, {});
  const visits = async () => (await ann.sluice.topic(rooms.contract.who, { room: "r" }).state()).state;
  await vi.waitFor(async () => expect((await visits()).filter(({ user }) => user === "bob")).toHaveLength(2), 10_000);
  bob.client.$close();
  await vi.waitFor(async () => expect((await visits()).filter(({ user }) => user === "bob")).toHaveLength(1), 10_000);
  expect(here).toContain("bob");
  const later = { visit: randomUUID(), user: "cleo", at: long.at + rooms.forgetAfter };
  await ann.sluice.topic(rooms.contract.who, { room: "r" }).publish({ type: "here", data: later });
  await until(() => expect(here.toSorted()).toEqual(["bob", "cleo"]));
});

it("shows messages after the move, and before", async () => {
  const sluice = createMessages(memoryLog());
  const client = createMessagesClient({ url, fetch: sluiceFetch(sluice, { base: "/api" }) });
  onTestFinished(() => client.$close());
  let texts: readonly string[] = [];
  const stop = showRoom(client, "r", (all) => (texts = all));
  const message = { room: "r", id: randomUUID(), text: "hello" };
  await client.say(message);
  await client.say(message); // a retry
  await until(() => expect(texts).toEqual(["hello"]));
  stop();
});

it("was hand-written, with a backlog", async () => {
  const server = createServer(createHandWritten()).listen(0);
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const room = `http://localhost:${(server.address() as AddressInfo).port}/rooms/r`;
  const say = (id: string) =>
    fetch(room, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, text: `text ${id}` }),
    });
  await say("1");
  await say("2");
  const { body } = await fetch(room, { headers: { "Last-Event-ID": "1" } });
  await say("3");
  let read = "";
  for await (const chunk of body as ReadableStream<Uint8Array>) {
    read += Buffer.from(chunk).toString();
    if (read.includes("id: 3")) break;
  }
  expect([...read.matchAll(/^id: (.)$/gm)].map(([, id]) => id)).toEqual(["2", "3"]);
});

it("was a tRPC subscription, which read what it had missed", async () => {
  const table = [1, 2].map((id) => ({ id, room: "r", text: `text ${id}` }));
  const caller = createTrpcRouter(table, new EventEmitter()).createCaller({});
  const read: string[] = [];
  for await (const tracked of await caller.messages({ room: "r", lastEventId: "1" })) {
    const [id] = tracked as unknown as [id: string];
    read.push(id);
    if (id === "3") break;
    await caller.say({ room: "r", text: "text 3" });
  }
  expect(read).toEqual(["2", "3"]);
});
