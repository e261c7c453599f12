import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createApp } from "./app.ts";
import { portFrom } from "./port.ts";

const stop = new AbortController();

async function start(): Promise<void> {
  const port = portFrom(process.env["PORT"]);
  const { app, sluice } = await createApp(stop.signal);
  const server = createServer(app);
  await listen(server, port);
  console.log(greeting((server.address() as AddressInfo).port));

  // Once: a second Ctrl-C finds no listener and ends the process at once.
  for (const name of ["SIGINT", "SIGTERM"] as const) {
    process.once(name, async () => {
      console.log("Stopping; once more to stop at once.");
      await sluice.drain({ timeout: 1_000 });
      stop.abort();
      server.close();
      server.closeAllConnections();
    });
  }
}

const listen = (server: Server, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, resolve);
  });

const greeting = (port: number) => `
Sluice example at http://localhost:${port}

  /scores  report a goal in one window, see it in all of them
  /prices  up to 5,000 events a second: cut the connection and count what is missing
  curl -N -G http://localhost:${port}/api/prices/ticks --data-urlencode 'input={"symbol":"MSFT"}'
`;

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE")
    return `Port ${port} is in use: choose another one, as in PORT=${Number(port) + 1} npm start`;
  if (code === "EACCES") return `Port ${port} may not be opened: choose another one, as in PORT=3000 npm start`;
  return error.message;
}

start().catch((error: unknown) => {
  console.error(explain(error));
  stop.abort();
  process.exitCode = 1;
});
