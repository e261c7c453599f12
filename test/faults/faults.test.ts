import { describe, expect, it } from "vitest";
import { adapters } from "../conformance/adapters.js";
import { range } from "../conformance/events.js";
import { inLanes } from "../conformance/in-lanes.js";
import { eventually } from "../conformance/within.js";
import { type FaultWorld, faultKinds, startFaultWorld } from "./fault-world.js";
import type { Break, GatewayAnswer } from "./link.js";

/** Expects all events, in order, once, with their state, and without a gap or an end. */
async function expectAll({ subscriber, last, stateThen }: FaultWorld): Promise<void> {
  await subscriber.received(last);
  await subscriber.live();
  expect(subscriber.numbers).toEqual(range(1, last));
  expect(subscriber.state).toEqual(stateThen);
  expect(subscriber.told).toEqual([]);
}

/** Bytes after which connections break: within the response's head, its first frames, and events. */
const places = [0, 1, 90, 250, 333, 401, 402, 403, 470, 555, 640];

async function breakEverywhere(faults: FaultWorld, how: Break): Promise<void> {
  const { proxy, more } = faults;
  await more();
  proxy.cutNext(...places.map((after) => ({ after, how })));
  proxy.cut(how, 100);
  do await more();
  while (proxy.cutsLeft > 0);
  await more();
  await expectAll(faults);
  expect(proxy.connections).toBeGreaterThan(places.length);
}

const answers: readonly [string, GatewayAnswer, number][] = [
  ["502", { status: 502 }, 0],
  ["503", { status: 503 }, 0],
  ["503 with Retry-After", { status: 503, retryAfter: 7 }, 7_000],
];

const served = adapters.filter(({ name }) => name === "express" || name === "node");
// A plain generator has a stream of its own.
const kinds = faultKinds.filter(({ path }) => !inLanes || !path.startsWith("bot/"));
const cases = served.flatMap((adapter) => kinds.map((kind) => [kind.path, adapter.name, kind, adapter] as const));

describe.each(cases)("%s over %s has all events, in order, once", (_path, _name, kind, adapter) => {
  it.each(["end", "reset"] as const)("after connections that break anywhere (%s)", async (how) => {
    await breakEverywhere(await startFaultWorld(adapter, kind), how);
  });

  it("after bodies that seem to end properly, anywhere", async () => {
    const faults = await startFaultWorld(adapter, kind);
    faults.proxy.set({ oldHttp: true });
    await breakEverywhere(faults, "end");
  });

  it.each(answers)("after a gateway answered %s", async (_what, answer, least) => {
    const faults = await startFaultWorld(adapter, kind);
    const { proxy, subscriber, more } = faults;
    await more();
    await subscriber.received(faults.last);
    proxy.answer(answer, answer, answer);
    proxy.cut("reset");
    await more();
    await eventually(() => expect(proxy.answersLeft).toBe(0));
    await more();
    await expectAll(faults);
    expect(subscriber.failures.map(({ code }) => code)).toEqual([
      "network",
      "unavailable",
      "unavailable",
      "unavailable",
    ]);
    for (const wait of subscriber.waits.slice(1)) expect(wait).toBeGreaterThan(least);
  });

  it("after silence, first on an open connection, then on a new one", async () => {
    const faults = await startFaultWorld(adapter, kind);
    const { proxy, subscriber, more } = faults;
    await more();
    await subscriber.received(faults.last);
    proxy.silence();
    await more();
    subscriber.clock.advance(2.5 * 15_000);
    await eventually(() => expect(proxy.connections).toBe(2));
    await more();
    proxy.hear();
    subscriber.clock.advance(10_000);
    await expectAll(faults);
    expect(subscriber.failures.map(({ code }) => code)).toEqual(["timeout", "timeout"]);
  });

  it("from a proxy that buffers them and releases them in large pieces", async () => {
    const faults = await startFaultWorld(adapter, kind);
    const { proxy, more } = faults;
    for (const count of [1, 2, 5, 20]) {
      proxy.set({ held: true });
      for (let i = 0; i < count; i++) await more();
      proxy.set({ held: false });
    }
    await expectAll(faults);
    expect(proxy.connections).toBe(1);
  });

  it("from a proxy that sends every byte separately", async () => {
    const faults = await startFaultWorld(adapter, kind);
    const { proxy, more } = faults;
    proxy.set({ bytewise: true });
    for (let i = 0; i < 5; i++) await more();
    proxy.cut("end", 100);
    for (let i = 0; i < 5; i++) await more();
    await expectAll(faults);
    expect(proxy.connections).toBe(2);
  });
});
