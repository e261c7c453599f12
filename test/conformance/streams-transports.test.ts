import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { createFrameDecoder, type Frame } from "@sluice/contract/wire";
import { sluiceFetch } from "@sluice/server/fetch";
import { describe, expect, it, onTestFinished } from "vitest";
import { feed, startLanesWorld } from "./lanes-world.js";
import { Raw } from "./raw.js";
import { gate } from "./run-world.js";
import { eventually, turns, within } from "./within.js";

const bodyOf = (...ids: string[]) => JSON.stringify({ subscriptions: ids.map((id) => feed(id)) });
const json = { "content-type": "application/json" };
const lives = (frames: readonly Frame[]) => frames.filter(({ kind }) => kind === "live").length;

it("several multiplexed streams share one HTTP/2 connection, and each frees its lanes (PROTOCOL §4.4)", async () => {
  const world = await startLanesWorld();
  const server = createServer(world.listener as never);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  const open = (...ids: string[]) => {
    const frames: Frame[] = [];
    const decoder = createFrameDecoder((frame) => frames.push(frame));
    const stream = session.request({ ":method": "POST", ":path": "/$streams", ...json });
    stream.on("data", (chunk) => decoder.push(chunk)).end(bodyOf(...ids));
    return { stream, frames };
  };
  const [first, second] = [open("a", "b", "c"), open("c", "d")];
  await eventually(() => expect([lives(first.frames), lives(second.frames)]).toEqual([3, 2]));
  await world.publish("c", 1);
  for (const { frames } of [first, second])
    await eventually(() => expect(frames.filter(({ kind }) => kind === "event")).toHaveLength(1));
  first.stream.close();
  await eventually(() => expect(world.sluice.stats()).toMatchObject({ streams: 1, subscriptions: 2, topics: 2 }));
  await world.sluice.disconnect({ path: "feed" });
  await eventually(() => expect(second.frames.at(-1)).toEqual({ kind: "end" }));
  await world.isEmpty();
});

describe("pipelined on one connection", () => {
  const ask = (raw: Raw, text: string) =>
    raw.send(
      ...["POST /$streams HTTP/1.1", "Host: localhost", "Content-Type: application/json"],
      ...[`Content-Length: ${text.length}`, "", text],
    );
  const target = `/feed?input=${encodeURIComponent('{"id":"first"}')}`;

  it("a multiplexed stream waits for the stream before it, unopened and uncounted (PROTOCOL §2.5)", async () => {
    const world = await startLanesWorld();
    const raw = new Raw(Number(new URL(world.url).port)).ask("GET", target);
    ask(raw, bodyOf("a", "b"));
    await raw.until((text) => text.includes("event: $live"));
    await eventually(() => expect(world.parts.admission.openings.size).toBe(1));
    expect([world.calls.context, world.sluice.stats().subscriptions, world.parts.admission.lanes]).toEqual([1, 1, 0]);
    await world.sluice.disconnect({ tag: "id:first" });
    await raw.until((text) => (text.match(/\/\$live/g) ?? []).length === 2);
    raw.socket.destroy();
    await world.isEmpty();
  });

  it("a multiplexed stream whose client leaves while it waits was never begun", async () => {
    const world = await startLanesWorld();
    const raw = new Raw(Number(new URL(world.url).port)).ask("GET", target);
    ask(raw, bodyOf("a", "b"));
    await raw.until((text) => text.includes("event: $live"));
    raw.socket.destroy();
    await world.isEmpty();
    expect(world.calls.context).toBe(1);
  });
});

describe("in process", () => {
  async function setUp(hold?: () => Promise<void>) {
    const world = await startLanesWorld(hold ? { gate: (id) => (id === "slow" ? hold() : undefined) } : {});
    const handler = sluiceFetch(world.sluice, {
      base: "/api",
      context: () => ({ user: null }),
      identify: () => undefined,
    });
    const open = (ids: readonly string[], signal: AbortSignal | null = null) =>
      handler(new Request("http://host/api/$streams", { method: "POST", headers: json, body: bodyOf(...ids), signal }));
    return { world, open };
  }

  it("a body that is cancelled frees all lanes, also those that are being opened", async () => {
    const { passed, open: letGo } = gate();
    const { world, open } = await setUp(() => passed);
    const answer = await open(["a", "slow"]);
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
    let text = "";
    while (!text.includes("$live")) text += new TextDecoder().decode((await reader.read()).value);
    expect(world.parts.admission.lanes).toBe(2);
    await reader.cancel();
    await world.isEmpty();
    letGo();
    await turns(5);
    await world.isEmpty();
  });

  it("a caller that aborts frees all lanes", async () => {
    const { world, open } = await setUp();
    const abort = new AbortController();
    await open(["a", "b"], abort.signal);
    await eventually(() => expect(world.sluice.stats().subscriptions).toBe(2));
    abort.abort();
    await world.isEmpty();
  });

  it("a response that the platform cuts is handed over before (PROTOCOL §5.10)", async () => {
    const world = await startLanesWorld();
    const handler = sluiceFetch(world.sluice, {
      context: () => ({ user: null }),
      identify: () => undefined,
      maxDuration: 10_000,
    });
    const answer = await handler("http://host/$streams", { method: "POST", headers: json, body: bodyOf("a", "b") });
    const frames: Frame[] = [];
    const decoder = createFrameDecoder((frame) => frames.push(frame));
    const reading = (async () => {
      for await (const chunk of answer.body as ReadableStream<Uint8Array>) decoder.push(chunk);
    })();
    await eventually(() => expect(lives(frames)).toBe(2));
    world.clock.advance(5_500); // it has a half of its time
    await eventually(() => expect(frames.at(-1)).toMatchObject({ kind: "drain" }));
    world.clock.advance(5_250);
    await within(reading, () => "The body did not end");
    await world.isEmpty();
  });
});
