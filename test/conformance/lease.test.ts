import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createClient } from "@sluice/client";
import { defineContract, subscription } from "@sluice/contract";
import { createSluice, implement, type Log, memoryLog } from "@sluice/server";
import { sluiceNode } from "@sluice/server/node";
import { expect, it, onTestFinished } from "vitest";
import * as z from "zod";
import { ManualClock } from "../../packages/server/src/time/manual-clock.test-kit.js";
import { open } from "./reader.js";
import { eventually, turns } from "./within.js";

const contract = defineContract({
  complete: subscription({ input: z.object({ runId: z.string() }), events: { token: z.string() } }),
});
const input = { runId: "r1" };

/** A server whose generator yields two tokens, and then waits until it is woken. */
async function startServer(log: Log) {
  const clock = new ManualClock();
  let wake = () => {};
  let returned = false;
  const s = implement(contract);
  const router = s.$router({
    complete: s.complete.stream(
      async function* () {
        try {
          yield { type: "token", data: "a" };
          yield { type: "token", data: "b" };
          await new Promise<void>((resolve) => (wake = resolve));
          yield { type: "token", data: "c" };
        } finally {
          returned = true;
        }
      },
      { resumable: true },
    ),
  });
  const server = createServer(sluiceNode(createSluice(router, { log, clock })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, clock, wake: () => wake(), isReturned: () => returned };
}

function follow(url: string) {
  const seen: string[] = [];
  const client = createClient(contract, { url, retry: { base: 1 } });
  const stop = client.complete.subscribe(input, {
    on: { token: (token) => seen.push(token) },
    onError: ({ code }) => seen.push(code),
    onEnd: () => seen.push("end"),
  });
  onTestFinished(stop);
  return seen;
}

const sees = (seen: string[], expected: string[]) => eventually(() => expect(seen).toEqual(expected));

it("ends a run as interrupted at every server on its log when the server that ran it is dead (PROTOCOL §9.4)", async () => {
  let now = 1_000_000;
  const log = memoryLog({ now: () => now });
  const [dead, other] = [await startServer(log), await startServer(log)];
  const [here, there] = [follow(dead.url), follow(other.url)];
  await sees(here, ["a", "b"]);
  await sees(there, ["a", "b"]);
  for (let seconds = 0; seconds < 60; seconds++) {
    now += 1_000;
    other.clock.advance(1_000);
    await turns();
  }
  await sees(there, ["a", "b", "interrupted"]);
  await sees(here, ["a", "b", "interrupted"]);

  dead.wake();
  await eventually(() => expect(dead.isReturned()).toBe(true));
  for (const { url } of [dead, other]) {
    const late = await (await open({ url }, "complete", { input })).end();
    expect(late.data).toEqual(["a", "b"]);
    expect(late.frames.at(-1)).toMatchObject({ kind: "error", code: "interrupted", final: true });
    expect(late.text).toContain("id: $end\nevent: $error");
  }
});

it("sends $at for the entries that servers write about a run, and resumes after it at any server (PROTOCOL §9.3)", async () => {
  const log = memoryLog();
  const [producer, other] = [await startServer(log), await startServer(log)];
  const reader = await (await open(producer, "complete", { input })).received(2);
  const tokens = reader.cursor;
  await (await open(other, "complete", { input })).received(2);
  await reader.until(() => reader.names.at(-1) === "$at" && reader.cursor !== tokens);
  const resumed = await (await open(other, "complete", { input, lastEventId: reader.cursor })).live();
  producer.wake();
  await resumed.end();
  expect(resumed.data).toEqual(["c"]);
  expect(resumed.names.at(-1)).toBe("$end");
});
