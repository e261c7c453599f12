import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { describeLog, type LogSetup } from "@sluice/log/conformance";
import { serveLog, tcpLog } from "../../apps/docs/snippets/tcp-log.js";
import { openMemoryHarness } from "../../packages/log/src/memory-harness.js";

/** Two clients of one server, as in two processes. The server's log has a clock that is moved. */
const setup: LogSetup = async (options) => {
  const { log: held, advance, failover } = await openMemoryHarness(options);
  const server = serveLog(held);
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  const listen = async (port = 0) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const end = async () => {
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    await closed;
  };
  const port = await listen();
  const [log, peer] = [tcpLog(port), tcpLog(port)];
  const statuses = (count: number) =>
    new Promise<void>((resolve) => {
      let changes = 0;
      const stop = log.onStatus?.(() => {
        changes += 1;
        if (changes < count) return;
        stop?.();
        resolve();
      });
    });
  await Promise.all([log.findAppend("", ""), peer.findAppend("", "")]);
  return {
    log,
    peer,
    failover,
    async advance(ms) {
      await Promise.all([log.findAppend("", ""), peer.findAppend("", "")]); // the server knows of stopped watches by now
      await advance(ms);
    },
    async outage(meanwhile) {
      const down = statuses(1);
      await end();
      await down;
      await meanwhile(held);
      const up = statuses(1);
      await listen(port);
      await up;
    },
    async close() {
      await Promise.all([log.close?.(), peer.close?.()]);
      await end();
    },
  };
};

describeLog("an engine over TCP", setup);
