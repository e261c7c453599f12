import { once } from "node:events";
import { createServer, get, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { SharedBytes } from "../topic/shared-bytes.js";
import { NodeSink } from "./node-sink.js";

it("reports a drain once, also if the response emits it while its socket does", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close().closeAllConnections());
  await once(server, "listening");
  get({ port: (server.address() as AddressInfo).port }).on("error", () => {});
  const [, res] = (await once(server, "request")) as [unknown, ServerResponse];
  res.writeHead(200).flushHeaders();
  await new Promise((resolve) => setImmediate(resolve));
  const sink = new NodeSink(res);
  sink.writeShared(new SharedBytes("data: {}\n\n"));
  expect(sink.direct()).toBe(res.socket);
  res.socket?.prependListener("drain", () => res.emit("drain"));
  let calls = 0;
  // This is what an event stream does whose backlog fills the socket again at once.
  const fill = () => sink.onDrain(() => ++calls < 10 && fill());
  fill();
  res.socket?.emit("drain");
  expect(calls).toBe(1);
});
