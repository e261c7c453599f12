import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "./app.ts";
import { builtPages } from "./built-pages.ts";
import { explain, listen } from "./listen.ts";
import { openLog } from "./log.ts";
import { portFrom } from "./port.ts";

const stop = new AbortController();
// One of a cluster's servers ends with it. Until it serves, at once.
const exit = () => process.exit();
process.once("disconnect", exit);

async function start(): Promise<void> {
  const port = portFrom(process.env["PORT"]);
  const log = await openLog();
  const { app, sluice } = await createApp({
    log,
    signal: stop.signal,
    pages: builtPages(),
    isStill: process.env["STILL"] === "1",
    name: process.env["SERVER_NAME"],
  });
  const server = createServer(app);
  await listen(server, port);
  const { port: bound } = server.address() as AddressInfo;
  if (process.send) process.send({ port: bound });
  else console.log(greeting(bound));

  let isEnding = false;
  const end = async () => {
    if (isEnding) return;
    isEnding = true;
    server.close(); // listens no longer, so that clients come back to other servers
    await sluice.drain({ timeout: 1_000 });
    stop.abort();
    await sluice.close();
    server.closeAllConnections();
    if (process.connected) process.disconnect();
  };
  // `once`: a second Ctrl-C finds no listener and ends the process at once.
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, () => {
      if (!process.send) console.log("Stopping. Press Ctrl-C again to stop at once.");
      void end();
    });
  }
  process.off("disconnect", exit).once("disconnect", end);
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
