import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { SharedBytes } from "../topic/shared-bytes.js";
import { NodeSink } from "./node-sink.js";

async function respond() {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close().closeAllConnections());
  await once(server, "listening");
  const sent = get({ port: (server.address() as AddressInfo).port }).on("error", () => {});
  const [, res] = (await once(server, "request")) as [unknown, ServerResponse];
  res.writeHead(200);
  return { res, socket: res.socket as Socket, sent };
}

it("writes several pieces with one system call, the first with the headers", async () => {
  const { res, socket, sent } = await respond();
  const sink = new NodeSink(res);
  const calls: string[] = [];
  for (const name of ["_write", "_writev"] as const) {
    const own = socket[name] as (...args: unknown[]) => void;
    socket[name] = (...args: unknown[]) => {
      calls.push(name);
      own.apply(socket, args);
    };
  }
  expect(sink.writeTogether(["retry: 1\n\n", new SharedBytes("data: é\n\n")])).toBe(true);
  expect(sink.writeTogether([new SharedBytes("data: 2\n\n"), "data: 3\n\n"])).toBe(true);
  expect(sink.writeTogether([new SharedBytes("data: 4\n\n")])).toBe(true);
  expect(calls).toHaveLength(3);
  sink.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  expect(await text(response)).toBe("retry: 1\n\ndata: é\n\ndata: 2\n\ndata: 3\n\ndata: 4\n\n");
});

it("is full when the client reads nothing, however small the pieces, and not before; and then drains", async () => {
  const { res, sent } = await respond();
  const sink = new NodeSink(res);
  const [large, small] = [new SharedBytes("x".repeat(60_000)), new SharedBytes("x".repeat(300))];
  expect(sink.writeTogether(["x", large])).toBe(true); // more than a `highWaterMark`, and less than the kernel takes
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.pause();
  let hasRoom = true;
  for (let count = 0; hasRoom && count < 10_000; count++) hasRoom = sink.writeTogether([large, large]);
  expect([hasRoom, res.writableLength > 0]).toEqual([false, true]);
  const drain = () => new Promise<void>((resolve) => sink.onDrain(resolve));
  const drained = drain();
  response.resume();
  await drained;
  response.pause();
  hasRoom = true;
  for (let count = 0; hasRoom && count < 1_000_000; count++) hasRoom = sink.writeTogether(["x", small]);
  expect([hasRoom, res.writableLength > 0]).toEqual([false, true]);
  const again = drain();
  response.resume();
  await again;
}, 30_000);

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
