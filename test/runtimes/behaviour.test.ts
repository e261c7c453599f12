import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { eventually } from "../conformance/within.js";
import { EventStream, watchPath } from "./event-stream.js";
import { platforms } from "./platforms.js";
import { Server } from "./server.js";

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe.each(platforms)("$name", (platform) => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start(platform, platform.tellsOfLeaving ? { HEARTBEAT: "1000" } : {});
  });
  afterAll(() => server?.stop()); // it may not have started

  const leavingLater = (stream: EventStream) => {
    onTestFinished(() => stream.leave());
    return stream;
  };
  const open = async (path: string, init?: RequestInit) => leavingLater(await EventStream.open(server, path, init));
  const watch = async (id: string, cursor?: string) => leavingLater(await EventStream.watch(server, id, cursor));

  it("answers calls and refusals", async () => {
    expect(await (await server.ask("ping")).json()).toEqual({ output: "pong" });
    expect(await (await server.post("add", '{"input":{"n":1}}')).json()).toEqual({ output: 2 });
    const long = `{"pad":"${"x".repeat(2_000_000)}"}`;
    const answers = [
      await server.ask("nothing"),
      await server.post("add", "{}", "text/plain"),
      await server.post("add", long, "application/json", onItsOwnConnection),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 415, 413]);
    for (const answer of answers.slice(platform.handsOn ? 1 : 0)) {
      expect(answer.headers.get("content-type")).toBe("application/problem+json");
    }
    const head = await server.ask(watchPath("a"), { method: "HEAD" });
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  });

  it("streams events as they happen, also to who accepts compression", async () => {
    const [plain, compressing] = [await watch("live"), await open(watchPath("live"), acceptsCompression)];
    await compressing.has("live");
    for (const n of [1, 2, 3]) {
      await server.publish("live", n);
      for (const stream of [plain, compressing]) await stream.received(n);
    }
    expect([plain.numbers, compressing.numbers]).toEqual([range(1, 3), range(1, 3)]);
  });

  it("resumes behind the last event that a client had", async () => {
    const first = await watch("resume");
    await server.publish("resume", 1, 2);
    await first.received(2);
    first.leave();
    await server.publish("resume", 3, 4);
    const again = await watch("resume", first.cursor);
    expect(again.numbers).toEqual([3, 4]);
  });

  it("serves many subscriptions on one stream, each from its cursor, and refuses one alone", async () => {
    const first = await watch("lane-0");
    await server.publish("lane-0", 1, 2);
    await first.received(2);
    const { cursor } = first;
    await server.publish("lane-0", 3);
    const lanes = range(0, 19).map((index) => ({ path: "watch", input: { id: `lane-${index}` } }));
    const subscriptions = [{ ...lanes[0], cursor }, ...lanes.slice(1), { path: "nothing" }];
    const body = JSON.stringify({ subscriptions });
    const stream = await open("$streams", { method: "POST", headers: { "content-type": "application/json" }, body });
    const laneOf = (index: number) =>
      stream.frames.flatMap((frame) =>
        frame.kind === "open" && frame.subscriptions?.includes(index) ? [frame.lane as number] : [],
      )[0];
    await eventually(() => expect(range(0, 20).map(laneOf)).not.toContain(undefined));
    for (const index of range(0, 19)) await stream.has("live", laneOf(index));
    expect(await stream.has("error", laneOf(20))).toMatchObject({ code: "notFound" });
    for (const index of range(1, 19)) await server.publish(`lane-${index}`, index);
    await stream.received(20);
    const numberIn = (lane: number | undefined) =>
      stream.frames.flatMap((frame) =>
        frame.kind === "event" && frame.lane === lane ? [JSON.parse(frame.data).n as number] : [],
      );
    expect(range(0, 19).map((index) => numberIn(laneOf(index)))).toEqual([[3], ...range(1, 19).map((n) => [n])]);
  });

  it("frees the silent stream of a client that leaves, and ends its generator", async () => {
    await eventually(async () => expect((await server.stats())["streams"]).toBe(0));
    const [silent, tokens] = [await watch("silent"), await open("tokens")];
    await tokens.has("event");
    expect(await server.stats()).toMatchObject({ streams: 2, generators: 1 });
    silent.leave();
    tokens.leave();
    await eventually(async () => expect(await server.stats()).toMatchObject({ streams: 0, generators: 0 }));
  });

  it("waits for a client that stops reading, which later gets everything in order", async () => {
    const [count, size] = [500, 20_000];
    const before = await server.stats();
    const stream = await watch("slow");
    stream.pause();
    await server.publish("slow", 1, count, size);
    const after = await server.stats();
    expect(after["lagging"]).toBe(1);
    // The rest of the 10 MB waits in the log: the kernel's buffers take some.
    expect((after["bytes"] ?? 0) - (before["bytes"] ?? 0)).toBeLessThan(8_000_000);
    stream.resume();
    await stream.received(count);
    expect(stream.numbers).toEqual(range(1, count));
  });

  it("ends a stream properly when it is revoked", async () => {
    const stream = await watch("revoked");
    await server.post("control/disconnect", "{}");
    expect(await stream.has("error")).toMatchObject({ code: "forbidden" });
    await stream.ended();
  });

  it("prints nothing by itself", () => {
    expect(server.complaints).toBe("");
  });

  it("drains", async () => {
    const stream = await watch("drained");
    await server.post("control/drain", "{}");
    await stream.has("drain");
    await stream.ended();
    expect((await server.ask(watchPath("drained"))).status).toBe(503);
  });
});

/** A server need not read the rest of a body that it has refused. Some then close the connection, sooner or later. */
const onItsOwnConnection = { connection: "close" };

/** As browsers do. */
const acceptsCompression = { headers: { "accept-encoding": "gzip, deflate, br, zstd" } };
