import { randomUUID } from "node:crypto";
import { createClient } from "@sluice/client";
import { memoryLog } from "@sluice/server";
import { sluiceFetch } from "@sluice/server/fetch";
import Database from "libsql"; // Node 20 has no database of its own
import { expect, it, onTestFinished, vi } from "vitest";
import { contract, createRooms } from "../../apps/docs/snippets/recipes/database.js";

const until = (check: () => void) => vi.waitFor(check, 10_000);

function open() {
  const log = memoryLog();
  const database = new Database(":memory:");
  const { sluice, publishWaiting } = createRooms(log, database);
  const client = createClient(contract, { url: "http://rooms/api", fetch: sluiceFetch(sluice, { base: "/api" }) });
  onTestFinished(() => client.$close());
  const said: string[] = [];
  let texts: string[] = [];
  client.room.subscribe(
    { room: "lobby" },
    { on: { said: ({ text }) => said.push(text) }, onState: (all) => (texts = all.map(({ text }) => text)) },
  );
  return { log, database, sluice, publishWaiting, client, said, shown: () => texts };
}

it("keeps messages in a table, and shows a repeated one once", async () => {
  const { client, sluice, shown, said, database } = open();
  const first = { room: "lobby", id: randomUUID(), text: "first" };
  await client.say(first);
  await client.say(first);
  await client.say({ room: "lobby", id: randomUUID(), text: "second" });
  await until(() => expect(shown()).toEqual(["first", "second"]));
  await sluice.topic(contract.room, { room: "lobby" }).delete(); // the log is lost, the table isn't
  await client.say({ room: "lobby", id: randomUUID(), text: "third" });
  await until(() => expect(shown()).toEqual(["first", "second", "third"]));
  expect(said.filter((text) => text === "first").length).toBeLessThan(2);
  expect(database.prepare("SELECT count(*) AS rows FROM messages WHERE published = 1").all()).toMatchObject([
    { rows: 3 },
  ]);
});

it("publishes what a process that died has left in the table, before what comes after it", async () => {
  const { database, client, publishWaiting, said, shown } = open();
  await until(() => expect(client.room.store({ room: "lobby" }).get().status).toBe("success"));
  database.prepare("INSERT INTO messages (id, room, text) VALUES (?, 'lobby', 'left')").run(randomUUID());
  await client.say({ room: "lobby", id: randomUUID(), text: "next" });
  await until(() => expect(said).toEqual(["left", "next"]));
  database.prepare("INSERT INTO messages (id, room, text) VALUES (?, 'lobby', 'of another program')").run(randomUUID());
  await publishWaiting();
  await publishWaiting();
  await until(() => expect(shown()).toEqual(["left", "next", "of another program"]));
  expect(said).toEqual(["left", "next", "of another program"]);
});
