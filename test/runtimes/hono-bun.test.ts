import { createClient } from "@sluice/client";
import { expect, it, onTestFinished } from "vitest";
import { contract } from "../../apps/docs/snippets/hono-bun.js";
import { eventually } from "../conformance/within.js";
import { platforms } from "./platforms.js";
import { Server } from "./server.js";

it("Bun serves the Hono route that the documentation shows", async () => {
  const hono = platforms.find(({ name }) => name === "Hono on Bun") as (typeof platforms)[0];
  const [bun = ""] = hono.command;
  const server = await Server.start({ ...hono, command: [bun, "../../../apps/docs/snippets/hono-bun.ts"] });
  const client = createClient(contract, { url: server.url });
  onTestFinished(async () => {
    client.$close();
    await server.stop();
  });
  const said: string[] = [];
  let status = "";
  client.chat.room.subscribe(
    { room: "lobby" },
    { on: { said: (text) => said.push(text) }, onConnection: (connection) => (status = connection.status) },
  );
  await eventually(() => expect(status).toBe("live"));
  await client.chat.say({ room: "attic", text: "nobody hears it" });
  await client.chat.say({ room: "lobby", text: "hello" });
  await eventually(() => expect(said).toEqual(["hello"]));
  expect(server.complaints).toBe("");
});
