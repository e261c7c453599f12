import { createClient } from "@sluice/client";
import { memoryLog } from "@sluice/server";
import { describe, expect, it, onTestFinished } from "vitest";
import { headOf, readLog } from "../../packages/server/src/topic/read-log.test-kit.js";
import { ask } from "./ask.js";
import { expectFinalError } from "./final-error.js";
import { open } from "./reader.js";
import { gate, type RunPath, runContract, runPaths, runTopic, startRunWorld } from "./run-world.js";
import { eventually, turns } from "./within.js";

const long = { id: "r", count: 12_000 };
const other = { ...long, count: 1 };

/** A run that has yielded more than the log keeps, to a client that read all of it. It continues until it is released. */
async function outgrown(path: RunPath, { goesOn = false } = {}) {
  const { passed, open: finish } = gate();
  const world = await startRunWorld(goesOn ? { last: () => passed } : {});
  const first = await open(world, path, { input: long });
  await first.until(() => first.over || first.events.length === long.count);
  return { world, first, finish };
}

const sumOf = (data: readonly unknown[]) => (data as number[]).reduce((sum, n) => sum + n, 0);

describe.each([true, false])("a run with more events than the log keeps (still running: %s)", (goesOn) => {
  it("gives a late client the sum of all events if it has state (PROTOCOL §4.2, §9.3)", async () => {
    const { world, first, finish } = await outgrown("sum", { goesOn });
    const late = await open(world, "sum", { input: long });
    if (goesOn) await late.live();
    finish();
    await Promise.all([first.end(), late.end()]);
    const start = goesOn ? ["$retry", "$open", "$snapshot", "$live"] : ["$retry", "$open", "$snapshot"];
    expect([late.names, late.all("snapshot")[0]?.data]).toEqual([[...start, "$end"], "12000"]);
    expect([first.all("snapshot")[0]?.data, sumOf(first.data)]).toEqual(["0", 12_000]);
    expect((await readLog(world.log, runTopic("sum"), "oldest", 0)).ok).toBe(true);
    expect(world.errors).toEqual([]);
  });

  it("gives the same to the client that starts it, a late one and a returning one", async () => {
    const { passed, open: finish } = gate();
    const world = await startRunWorld(goesOn ? { last: () => passed } : {});
    const follow = () => {
      const seen = { sum: 0, events: 0, code: "" };
      const client = createClient(runContract, { url: world.url, retry: { base: 1 } });
      const stop = client.sum.subscribe(long, {
        on: { inc: () => seen.events++ },
        onState: (sum) => (seen.sum = sum),
        onEnd: () => (seen.code = "end"),
        onError: ({ code }) => (seen.code = code),
      });
      onTestFinished(stop);
      return seen;
    };
    const first = follow();
    await eventually(() => expect(first).toMatchObject({ sum: 12_000, events: 12_000 }));
    for (const connection of [...world.parts.admission.streams]) connection.cut();
    const late = follow();
    await eventually(() => expect(late.sum).toBe(12_000));
    finish();
    await eventually(() => expect([first.code, late.code]).toEqual(["end", "end"]));
    expect([first.sum, first.events, world.starts]).toEqual([12_000, 12_000, ["r"]]);
  });

  it("keeps no more of a run with state than of one without", async () => {
    const { world, finish } = await outgrown("sum", { goesOn });
    const page = await readLog(world.log, runTopic("sum"), "oldest", 100_000);
    expect(page.ok && page.entries.length).toBeLessThanOrEqual(10_000);
    finish();
  });

  it("tells a late client that its beginning is gone if it has no state (PROTOCOL §7.3)", async () => {
    const { world, finish } = await outgrown("list", { goesOn });
    const late = await (await open(world, "list", { input: long })).end();
    expect(late.names).toEqual(["$retry", "$open", "$reset", "$error"]);
    expect(late.all("reset")).toMatchObject([{ reason: "trimmed" }]);
    expect(late.all("error")).toMatchObject([{ code: "gap", final: true, data: { reason: "trimmed" } }]);
    finish();
  });

  it("sends a client that skips trimmed events $reset and all the rest", async () => {
    const { world, finish } = await outgrown("skip", { goesOn });
    const late = await open(world, "skip", { input: long });
    await late.until(
      () => late.events.length > 9_000 && late.frames.some(({ kind }) => kind === "live" || kind === "end"),
    );
    expect(late.names.slice(0, 5)).toEqual(["$retry", "$open", "$reset", "$at", "inc"]);
    finish();
    await late.end();
    expect(late.names.at(-1)).toBe("$end");
  });

  it.each(runPaths)("refuses another input for the same key (%s)", async (path) => {
    const { world, finish } = await outgrown(path, { goesOn });
    expect(await ask(world, path, { input: other })).toMatchObject({ status: 409, json: { code: "conflict" } });
    const elsewhere = await startRunWorld({ log: world.log });
    expect((await ask(elsewhere, path, { input: other })).status).toBe(409);
    expect([world.starts, elsewhere.starts]).toEqual([["r"], []]);
    finish();
  });

  it("looks the same at another server on its log (PROTOCOL §9.4)", async () => {
    const { world, finish } = await outgrown("sum", { goesOn });
    const elsewhere = await startRunWorld({ log: world.log });
    const late = await open(elsewhere, "sum", { input: long });
    finish();
    await late.end();
    expect([late.all("snapshot")[0]?.data, late.names.at(-1), elsewhere.starts]).toEqual(["12000", "$end", []]);
    const list = await (await open(elsewhere, "list", { input: long })).end();
    expect(list.names).toContain("inc"); // a separate run, which nobody had started before
  });
});

describe("a run that is over", () => {
  const hour = 60 * 60_000;
  const short = { id: "r", count: 3 };

  async function finished(path: RunPath, runTtl?: number) {
    let now = 1_000_000;
    const log = memoryLog({ now: () => now });
    const world = await startRunWorld({ log, ...(runTtl === undefined ? {} : { runTtl }) });
    const first = await (await open(world, path, { input: short })).end();
    first.destroy();
    await eventually(() => expect(world.parts.hub.size).toBe(0));
    const pass = (ms: number) => {
      now += ms;
    };
    return { world, first, pass };
  }

  const whole = (path: RunPath) =>
    path === "sum" ? { snapshot: "3", data: [] } : { snapshot: undefined, data: [1, 1, 1] };

  it.each(runPaths)(
    "is kept completely for a day, whatever the age of its events, and then freed (%s)",
    async (path) => {
      const { world, first, pass } = await finished(path);
      pass(23 * hour);
      const late = await (await open(world, path, { input: short })).end();
      expect({ snapshot: late.all("snapshot")[0]?.data, data: late.data }).toEqual(whole(path));
      expect(late.names.at(-1)).toBe("$end");
      late.destroy();
      await eventually(() => expect(world.parts.hub.size).toBe(0));
      pass(24 * hour);
      expect((await ask(world, path, { input: { ...short, count: 4 } })).status).toBe(200);
      expect(world.starts).toEqual(["r", "r"]);
      const lost = await (await open(world, path, { input: { ...short, count: 4 }, lastEventId: first.cursor })).end();
      expect(lost.all("reset")).toMatchObject([{ reason: "epoch" }]);
    },
  );

  it.each(runPaths)("is kept for runTtl (%s)", async (path) => {
    const { world, pass } = await finished(path, hour);
    pass(hour - 1);
    expect((await ask(world, path, { input: other })).status).toBe(409);
    await eventually(() => expect(world.parts.hub.size).toBe(0));
    pass(hour);
    await ask(world, path, { input: short });
    expect(world.starts).toEqual(["r", "r"]);
  });

  it("refuses an invalid runTtl, and names it", async () => {
    for (const runTtl of [0, -1, 1.5, Number.NaN]) {
      await expect(startRunWorld({ runTtl })).rejects.toThrow(
        /runTtl is .*; allowed are whole milliseconds of at least 1/,
      );
    }
  });

  it.each(runPaths)("ends for a late client even if its last entries were trimmed (%s)", async (path) => {
    const { world, first } = await finished(path);
    const { log } = world;
    await log.trim(runTopic(path), await headOf(log, runTopic(path)));
    const resumed = await (await open(world, path, { input: short, lastEventId: first.cursor })).end();
    if (path === "list") expect(resumed.names.slice(2)).toEqual(["$reset", "$error"]);
    else expect(resumed.names.at(-1)).toBe("$end");
    const { epoch, offset, mark } = await headOf(log, runTopic(path));
    const atHead = await (await open(world, path, { input: short, lastEventId: `${epoch}.${offset}.${mark}` })).end();
    expect(atHead.names).toEqual(["$retry", "$open", "$end"]);
  });

  it("reports the error that it ended with even if that entry was trimmed", async () => {
    const failing = { last: () => Promise.reject(new Error("secret")) };
    const world = await startRunWorld(failing);
    await (await open(world, "skip", { input: short })).end();
    await world.log.trim(runTopic("skip"), await headOf(world.log, runTopic("skip")));
    const late = await (await open(world, "skip", { input: short })).end();
    expect(late.names).toEqual(["$retry", "$open", "$reset", "$at", "$error"]);
    expect(late.all("error")).toMatchObject([{ code: "internal", final: true }]);
    expectFinalError(late);
    expect(late.text).not.toContain("secret");
  });
});

describe("a run whose state cannot be folded", () => {
  it("ends there, reports what happened, and leaves a readable state", async () => {
    const world = await startRunWorld({ value: (n) => (n === 2 ? -1 : 1) });
    const input = { id: "r", count: 5 };
    const reader = await (await open(world, "sum", { input })).end();
    expect(reader.all("error")).toMatchObject([{ code: "contractMismatch", final: true }]);
    const late = await (await open(world, "sum", { input })).end();
    expect([late.all("snapshot")[0]?.data, late.all("error")[0]?.code]).toEqual(["2", "contractMismatch"]);
    expect(world.errors.length).toBe(1);
  });
});

it("keeps no more of a silent run with state than the log's limits allow", async () => {
  const log = memoryLog({ retain: { events: 50 } });
  const { passed, open: finish } = gate();
  const world = await startRunWorld({ log, last: () => passed, limits: { streamLife: 10 ** 9 } });
  const reader = await (await open(world, "sum", { input: { id: "r", count: 3 } })).live();
  for (let said = 0; said < 450; said++) {
    await log.append(runTopic("sum"), [{ type: "$attached", data: "{}" }]);
    if (said % 10 > 0) continue;
    world.clock.advance(10_500);
    await turns(2);
  }
  const page = await readLog(log, runTopic("sum"), "oldest", 10_000);
  expect(page.ok && page.entries.length).toBeLessThanOrEqual(250);
  finish();
  await reader.end();
  expect((await log.open(runTopic("sum"), { from: "snapshot", limit: 0 })).snapshot).toMatchObject({ data: "3" });
});

it("a run with state continues by itself for a reader that gets a snapshot because its cursor was trimmed", async () => {
  // The clock does not advance: nothing here may wait for a timer.
  const world = await startRunWorld({ log: memoryLog({ retain: { events: 200 } }) });
  const reader = await (await open(world, "sum", { input: long })).end();
  expect(reader.names.at(-1)).toBe("$end");
  expect(reader.names).toContain("$reset");
});
