import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { expect, it, onTestFinished } from "vitest";
import { adapters } from "./adapters.js";
import { posts } from "./events.js";
import { eventually } from "./within.js";
import { startWorld, type World } from "./world.js";

const node = adapters.find(({ name }) => name === "node") as (typeof adapters)[0];

async function connectTo(world: World) {
  const server = createServer(node.listener(world.sluice) as never);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  return session;
}

it("serves many streams on one HTTP/2 connection, and frees each with its own (PROTOCOL §4.4)", async () => {
  const world = await startWorld(node);
  const session = await connectTo(world);
  const streams = Array.from({ length: 15 }, () => {
    const frames: Frame[] = [];
    const decoder = createFrameDecoder((frame) => frames.push(frame));
    const stream = session.request({ ":path": "/api/feed/head" }).on("data", (chunk) => decoder.push(chunk));
    return { stream, frames };
  });
  const eachHas = (kind: Frame["kind"]) =>
    eventually(() => expect(streams.every(({ frames }) => frames.some((frame) => frame.kind === kind))).toBe(true));
  await eachHas("live");
  await world.publish(world.contract.feed.head, undefined, posts(1));
  await eachHas("event");

  streams[0]?.stream.close();
  await eventually(() => expect(world.runtime.connections.size).toBe(14));
  session.destroy();
  await eventually(() => expect([world.runtime.connections.size, world.log.watchers]).toEqual([0, 0]));
});
