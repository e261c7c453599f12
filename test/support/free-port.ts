import { createServer } from "node:net";

/** Above those that browsers refuse, and below those that systems give to whoever connects, or listens on any. */
const [lowest, count] = [11_000, 20_000];

/**
 * A free port, for programs that can't choose one themselves, or that start again on the same one: in between, the system gives it
 * to nobody else.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * count);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(false));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => server.close(() => resolve(true)));
  });
}
