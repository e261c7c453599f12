import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Raw } from "../conformance/raw.js";
import { eventually } from "../conformance/within.js";
import { Runtime } from "./runtime.js";

const commands: Readonly<Record<string, readonly string[]>> = {
  "Node, behind @hono/node-server": ["node", "node.mjs"],
  Bun: ["node_modules/.bin/bun", "bun.mjs"],
  Deno: ["node_modules/.bin/deno", "run", "--allow-all", "--no-check", "deno.mjs"],
  "a Durable Object of workerd": ["node", "workerd.mjs"],
};

const patience = 8_000;
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Whatever the runtime's chunks, the events are whole in the text without them. */
const bodyOf = (raw: Raw) => raw.text.replace(/\r\n[\da-f]+\r\n/g, "");
const numbersIn = (raw: Raw) => [...bodyOf(raw).matchAll(/data: \{"n":(\d+),/g)].map(([, n]) => Number(n));
const lastId = (raw: Raw) => [...bodyOf(raw).matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? "";

describe.each(Object.entries(commands))("%s", (_name, command) => {
  let runtime: Runtime;
  const stats = () => runtime.control("stats");
  const target = (id: string) => `/api/watch?input=${encodeURIComponent(JSON.stringify({ id }))}`;
  const open = (id: string, ...headers: string[]) => new Raw(runtime.port).ask("GET", target(id), ...headers);
  const live = async (id: string, ...headers: string[]) => {
    const raw = open(id, ...headers);
    await raw.until((text) => text.includes("event: $live"));
    return raw;
  };
  const publish = (id: string, from: number, to: number, size = 10) =>
    runtime.control("publish", { id, from, to, size });
  const ask = (path: string, init?: RequestInit) => fetch(`${runtime.url}/api/${path}`, init);
  const post = (path: string, body: string, type = "application/json") =>
    ask(path, { method: "POST", headers: { "content-type": type }, body });

  beforeAll(async () => {
    runtime = await Runtime.start(command);
  });
  afterAll(() => runtime.stop());

  it("answers calls and refusals", async () => {
    expect(await (await ask("ping")).json()).toEqual({ output: "pong" });
    expect(await (await post("add", '{"input":{"n":1}}')).json()).toEqual({ output: 2 });
    const refused = [
      ask("nothing"),
      post("add", "{}", "text/plain"),
      post("add", `{"pad":"${"x".repeat(2_000_000)}"}`),
    ];
    const answers = await Promise.all(refused);
    expect(answers.map(({ status }) => status)).toEqual([404, 415, 413]);
    for (const answer of answers) expect(answer.headers.get("content-type")).toBe("application/problem+json");
    const head = await ask(target("a").slice("/api/".length), { method: "HEAD" });
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
  });

  it("streams events as they happen", async () => {
    const raw = await live("live");
    await publish("live", 1, 3);
    await raw.until(() => numbersIn(raw).length === 3);
    expect(numbersIn(raw)).toEqual([1, 2, 3]);
  });

  it("resumes behind the last event that a client had", async () => {
    const first = await live("resume");
    await publish("resume", 1, 2);
    await first.until(() => numbersIn(first).length === 2);
    first.socket.destroy();
    await publish("resume", 3, 4);
    const again = await live("resume", `Last-Event-ID: ${lastId(first)}`);
    expect(numbersIn(again)).toEqual([3, 4]);
  });

  it("frees the idle stream of a client that leaves, and ends its generator", async () => {
    await eventually(async () => expect((await stats())["streams"]).toBe(0), patience);
    const idle = await live("idle");
    const tokens = new Raw(runtime.port).ask("GET", "/api/tokens");
    await tokens.until((text) => text.includes("event: token"));
    expect(await stats()).toMatchObject({ streams: 2, generators: 1 });
    idle.socket.destroy();
    tokens.socket.destroy();
    await eventually(async () => expect(await stats()).toMatchObject({ streams: 0, generators: 0 }), patience);
  });

  it("waits for a client that stops reading, which later gets everything in order", async () => {
    const [count, size] = [500, 20_000];
    const before = await stats();
    const raw = await live("slow");
    raw.socket.pause();
    await publish("slow", 1, count, size);
    const after = await stats();
    expect(after["lagging"]).toBe(1);
    // The rest of the 10 MB waits in the log: the kernel's buffers take some.
    expect((after["bytes"] ?? 0) - (before["bytes"] ?? 0)).toBeLessThan(8_000_000);
    raw.socket.resume();
    // Not by looking at the text, which would be 10 MB for each look.
    await eventually(() => expect(raw.socket.bytesRead).toBeGreaterThan(count * size), patience);
    await eventually(() => expect(numbersIn(raw).length).toBe(count), patience);
    expect(numbersIn(raw)).toEqual(range(1, count));
    raw.socket.destroy();
  });

  it("keeps a stream that is silent for longer than the runtime would allow", async () => {
    const raw = await live("silent");
    await new Promise((resolve) => setTimeout(resolve, 3_000)); // Bun's limit is set to one second
    await publish("silent", 1, 1);
    await raw.until(() => numbersIn(raw).length === 1);
  });

  it("ends a stream properly when it is revoked", async () => {
    const raw = await live("revoked");
    await runtime.control("disconnect");
    await raw.until((text) => text.endsWith("0\r\n\r\n"));
    expect(bodyOf(raw)).toMatch(/event: \$error\ndata: .*"forbidden"/);
  });

  it("prints nothing by itself", () => {
    // workerd itself reports each client that left.
    expect(runtime.printed.replace(/^(workerd\/server\/|stack: ).*\n/gm, "")).toBe("");
  });

  it("drains", async () => {
    const raw = await live("drained");
    await runtime.control("drain");
    await raw.until((text) => text.includes("event: $drain"));
    await raw.until((text) => text.endsWith("0\r\n\r\n"));
    expect((await ask(target("drained").slice("/api/".length))).status).toBe(503);
  });
});
