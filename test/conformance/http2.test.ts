import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { expect, it, onTestFinished } from "vitest";
import { adapters } from "./adapters.js";
import { lastOf, publishBurst } from "./burst.js";
import { posts } from "./events.js";
import { Raw } from "./raw.js";
import { expectSameBody, subscribe } from "./subscriber.js";
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
  await world.topic(world.contract.feed.head).publish(posts(1));
  await eachHas("event");

  streams[0]?.stream.close();
  await eventually(() => expect(world.parts.admission.streams.size).toBe(14));
  session.destroy();
  await eventually(() => expect([world.parts.admission.streams.size, world.log.watchers]).toEqual([0, 0]));
});

it("accepts a body over HTTP/2, and runs nothing for an incomplete one (PROTOCOL §2.2)", async () => {
  let reported = 0;
  const report = () => {
    reported++;
    return { cursor: "" };
  };
  const world = await startWorld(node, { report });
  const session = await connectTo(world);
  const post = (body: string) =>
    session.request({ ":method": "POST", ":path": "/api/scores/report", "content-type": "application/json" }).end(body);
  const status = (stream: ReturnType<typeof post>) =>
    new Promise<unknown>((resolve) => stream.on("response", (headers) => resolve(headers[":status"])));
  expect(await status(post('{"input":{"matchId":"a"}}'))).toBe(200);
  expect(await status(post("{"))).toBe(400);

  const broken = session.request({
    ":method": "POST",
    ":path": "/api/scores/report",
    "content-type": "application/json",
  });
  broken.on("error", () => {}).write('{"input":{"matchId":"a"}}');
  await eventually(() => expect(world.parts.admission.openings.size).toBe(1));
  broken.destroy();
  await eventually(() => expect(world.parts.admission.openings.size).toBe(0));
  expect([reported, world.reports]).toEqual([1, []]);
});

it("opens as many streams on one HTTP/2 connection as the limit allows, and none waits (PROTOCOL §2.5)", async () => {
  const warnings: string[] = [];
  const warn = ({ message }: Error) => warnings.push(message);
  process.on("warning", warn);
  onTestFinished(() => void process.off("warning", warn));
  const world = await startWorld(node, { limits: { streams: 3 } });
  const session = await connectTo(world);
  const statuses = Array.from(
    { length: 5 },
    () =>
      new Promise<unknown>((resolve) =>
        session.request({ ":path": "/api/feed/head" }).on("response", (headers) => resolve(headers[":status"])),
      ),
  );
  expect((await Promise.all(statuses)).sort()).toEqual([200, 200, 200, 503, 503]);
  expect([world.parts.admission.streams.size, world.parts.admission.openings.size]).toEqual([3, 0]);
  // A refusal closes an HTTP/1 connection. Here other streams continue, and no header says otherwise.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});

it("gives the same bytes over HTTP/2 as over HTTP/1.1, large ones too (PROTOCOL §4.2)", async () => {
  const world = await startWorld(node);
  const session = await connectTo(world);
  const open = () => {
    const chunks: Buffer[] = [];
    session.request({ ":path": "/api/feed/head" }).on("data", (chunk: Buffer) => chunks.push(chunk));
    return () =>
      Buffer.concat(chunks)
        .toString()
        .replace(/^:.*\n\n/gm, "");
  };
  const plain = await subscribe(world, new Raw(world.port), "feed/head").live();
  const bodies = [open(), open()];
  await eventually(() => expect(bodies.every((body) => body().includes("event: $live"))).toBe(true));
  await publishBurst(world, 50);
  await plain.until(lastOf(50));
  await eventually(() => expect(bodies.every((body) => body().includes(lastOf(50)))).toBe(true));
  for (const body of bodies) expectSameBody(body(), plain.body);
});
