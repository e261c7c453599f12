import { createServer } from "node:net";
import { expect, it } from "vitest";
import { freePort } from "./free-port.js";

// From 32,768 on, a system gives ports to whoever connects or asks for any: it could be gone when the program starts, or starts again.
it("a free port is none that the system gives to others", async () => {
  const ports = await Promise.all(Array.from({ length: 40 }, freePort));
  for (const port of ports) {
    expect(port).toBeGreaterThan(10_080);
    expect(port).toBeLessThan(32_768);
  }
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(ports[0], "127.0.0.1", resolve));
  await new Promise((resolve) => server.close(resolve));
});
