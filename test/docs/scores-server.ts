import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { createScoresClient } from "../../apps/docs/snippets/client.js";
import { createApp, createScores } from "../../apps/docs/snippets/server.js";

/** The server that the pages show, on Express and a port of its own. */
export async function serveScores() {
  const sluice = createScores();
  const server = createServer(createApp(sluice)).listen(0);
  await once(server, "listening");
  const url = `http://localhost:${(server.address() as AddressInfo).port}/api`;
  onTestFinished(async () => {
    await sluice.close({ timeout: 0 });
    server.closeAllConnections();
    server.close();
  });
  return { sluice, url };
}

/** Its client, as a user. */
export function enter(url: string, user?: string) {
  const client = createScoresClient(url, () => user);
  onTestFinished(() => client.$close());
  return client;
}
