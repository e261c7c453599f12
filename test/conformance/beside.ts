import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { World } from "./world.js";

/** The same world on another port, where another kind of server serves its Sluice. */
export async function serveBeside(world: World, listener: RequestListener): Promise<World> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return { ...world, log: world.log, server, port, url: `http://127.0.0.1:${port}${world.base}` };
}
