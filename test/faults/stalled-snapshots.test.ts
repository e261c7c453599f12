import { connect } from "node:net";
import { createFrameDecoder } from "@sluice/contract/wire";
import { expect, it, onTestFinished } from "vitest";
import { inLanes } from "../conformance/in-lanes.js";
import { eventually } from "../conformance/within.js";
import { Child } from "../support/child.js";
import type { StateServer } from "./state-server.js";

/** A request by HTTP/1.0, whose answer comes as it is. */
function requestOf(path: string): string {
  if (!inLanes) return `GET /${path} HTTP/1.0\r\nHost: localhost\r\n\r\n`;
  const body = JSON.stringify({ subscriptions: [{ path }] });
  const head = "Host: localhost\r\nContent-Type: application/json\r\nContent-Length:";
  return `POST /$streams HTTP/1.0\r\n${head} ${body.length}\r\n\r\n${body}`;
}

const megabyte = 1024 * 1024;

async function startServer() {
  const child = new Child<StateServer>(new URL("state-server.ts", import.meta.url), {
    options: ["--conditions=@sluice/source"],
  });
  onTestFinished(() => child.stop());
  const port = await child.call("listen");

  /** A subscriber that reads only on request. */
  async function subscribe(path: string) {
    const before = (await child.call("stats")).streams;
    const told: number[] = [];
    let head = Buffer.alloc(0);
    /** Whether it has opened, or the code with which it was refused. */
    const answer = () => {
      const text = head.toString("latin1");
      return /"code":"(\w+)"/.exec(text)?.[1] ?? (/\$open\ndata: .*"head":/.test(text) ? "open" : undefined);
    };
    const decoder = createFrameDecoder((frame) => {
      if (frame.kind === "snapshot") told.push(JSON.parse(frame.data).n);
      if (frame.kind === "event") told.push(JSON.parse(frame.data));
    });
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", () => {}).write(requestOf(path));
    onTestFinished(() => void socket.destroy());
    await eventually(async () => {
      if (socket.readableLength > 0) head = Buffer.concat([head, socket.read() as Buffer]);
      const { streams } = await child.call("stats");
      expect(answer() !== undefined && (answer() !== "open" || streams > before)).toBe(true);
    });
    return {
      told,
      get answer() {
        return answer();
      },
      read() {
        decoder.push(head);
        socket.on("data", (chunk: Buffer) => decoder.push(chunk));
      },
      leave: () => void socket.destroy(),
    };
  }
  return { child, subscribe };
}

/** Consecutive numbers. */
const isContiguous = (numbers: readonly number[]) =>
  numbers.every((n, i) => i === 0 || n === (numbers[i - 1] as number) + 1);

it("sixty stalled readers of a state of 8 MB at sixty cursors cost two snapshots, and don't affect others", async () => {
  const { child, subscribe } = await startServer();
  await child.call("publish", 300);
  const first = await subscribe("board");
  const baseline = await child.call("memory");
  const readers = [first];
  for (let n = 301; n <= 359; n++) {
    await child.call("publish", n);
    readers.push(await subscribe("board"));
  }
  const stalled = await child.call("memory");
  const { snapshotBytes } = await child.call("stats");
  const figures = `held ${Math.round((stalled.held - baseline.held) / megabyte)} MB more, resident ${Math.round((stalled.resident - baseline.resident) / megabyte)} MB more`;
  expect(snapshotBytes, figures).toBeLessThan(17 * megabyte);
  expect(stalled.held - baseline.held, figures).toBeLessThan(24 * megabyte);
  expect(stalled.resident - baseline.resident, figures).toBeLessThan(80 * megabyte);

  // Each reader gets a state and all events since, whichever snapshot it was.
  const quick = await subscribe("board");
  await child.call("publish", 360);
  for (const reader of [quick, first, readers[30] as typeof first, readers[59] as typeof first]) {
    reader.read();
    await eventually(() => expect(reader.told.at(-1)).toBe(360));
    expect(isContiguous(reader.told)).toBe(true);
  }
  for (const reader of readers) reader.leave();
  quick.leave();
  await eventually(async () => expect(await child.call("stats")).toMatchObject({ streams: 0, snapshotBytes: 0 }));
}, 120_000);

it("a procedure's own snapshots count for each reader: beyond limits.snapshotBytes the answer is unavailable, until others have read", async () => {
  const { child, subscribe } = await startServer();
  await child.call("publish", 1);
  const readers = [];
  for (let i = 0; i < 4; i++) readers.push(await subscribe("own"));
  expect((await child.call("stats")).snapshotBytes).toBeGreaterThan(30 * megabyte);
  const refused = await subscribe("own");
  expect(refused.answer).toBe("unavailable");
  for (const reader of readers) {
    reader.read();
    await eventually(() => expect(reader.told).toEqual([1]));
  }
  await eventually(async () => expect((await child.call("stats")).snapshotBytes).toBe(0));
  const again = await subscribe("own");
  again.read();
  await eventually(() => expect(again.told).toEqual([1]));
}, 60_000);
