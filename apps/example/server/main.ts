import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "./app.ts";
import { builtPages } from "./built-pages.ts";
import { explain, listen } from "./listen.ts";
import { portFrom } from "./port.ts";

const stop = new AbortController();

async function start(): Promise<void> {
  const port = portFrom(process.env["PORT"]);
  const { app, sluice } = await createApp({
    signal: stop.signal,
    pages: builtPages(),
    isStill: process.env["STILL"] === "1",
  });
  const server = createServer(app);
  await listen(server, port);
  console.log(greeting((server.address() as AddressInfo).port));

  // `once`: a second Ctrl-C finds no listener and ends the process at once.
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, async () => {
      console.log("Stopping. Press Ctrl-C again to stop at once.");
      await sluice.drain({ timeout: 1_000 });
      stop.abort();
      server.close();
      server.closeAllConnections();
    });
  }
}

const greeting = (port: number) => `
Sluice example at http://localhost:${port}

  /prices    up to 5,000 events a second: cut the connection and count what is missing
  /document  write in two windows at once, also offline
  curl -N -G http://localhost:${port}/api/prices/ticks --data-urlencode 'input={"symbol":"MSFT"}'
`;

start().catch((error: unknown) => {
  console.error(explain(error));
  stop.abort();
  process.exitCode = 1;
});
