import { type Log, memoryLog } from "@sluice/server";
import { describe, expect, it } from "vitest";
import type { Watch } from "../../packages/log/src/log.js";
import { headOf } from "../../packages/server/src/topic/read-log.test-kit.js";
import { ask } from "./ask.js";
import { open, type Reader } from "./reader.js";
import { gate, losingLog, runPaths, runTopic, startRunWorld } from "./run-world.js";
import { eventually, turns } from "./within.js";

const input = { id: "r", count: 3 };

/** A cursor of a run that only its own server knows. */
async function foreignCursor(path: string): Promise<string> {
  const reader = await (await open(await startRunWorld(), path, { input })).end();
  return reader.cursor;
}

/** PROTOCOL §9.3: a lost run has no state and no event to continue with. */
function expectGone(reader: Reader, reason = "epoch"): void {
  expect(reader.names).toEqual(["$retry", "$open", "$reset", "$error"]);
  expect(reader.all("reset")).toMatchObject([{ reason }]);
  expect(reader.all("error")).toMatchObject([{ code: "gap", final: true, data: { reason } }]);
}

describe.each(runPaths)("a client with a cursor of a run that is gone (%s)", (path) => {
  it("learns it at once from an empty server, and starts none", async () => {
    const lastEventId = await foreignCursor(path);
    const world = await startRunWorld();
    expectGone(await (await open(world, path, { input, lastEventId })).end());
    expect(world.starts).toEqual([]);
    // It does not hinder a client without a cursor either.
    await (await open(world, path, { input })).end();
    expect(world.starts).toEqual(["r"]);
  });

  it("learns it, and joins the run that was started meanwhile if that has the same input", async () => {
    const lastEventId = await foreignCursor(path);
    const world = await startRunWorld();
    await (await open(world, path, { input })).end();
    const late = await (await open(world, path, { input, lastEventId })).end();
    expect(late.all("reset")).toMatchObject([{ reason: "epoch" }]);
    const rest = { sum: ["$snapshot", "$end"], list: ["$error"], skip: ["$at", "$at", "inc", "inc", "inc", "$end"] }[
      path
    ];
    expect(late.names.slice(3)).toEqual(rest);
    expect((await ask(world, path, { input: { ...input, count: 4 }, lastEventId })).status).toBe(409);
    expect(world.starts).toEqual(["r"]);
  });

  it.each([0, 1, 2, 3])("starts none even if the run is freed after %i reads", async (looks) => {
    const inner = losingLog();
    let reads = Number.POSITIVE_INFINITY;
    const log: Log = {
      ...inner.log,
      open: (...args) => {
        if (reads-- === 0) inner.lose();
        return inner.log.open(...args);
      },
    };
    const world = await startRunWorld({ log });
    const { cursor: lastEventId } = await (await open(world, path, { input })).end();
    reads = looks;
    await ask(world, path, { input, lastEventId });
    expect(world.starts).toEqual(["r"]);
  });

  it("starts none with the cursor before a topic's first entry", async () => {
    const world = await startRunWorld();
    const { epoch, offset, mark } = await headOf(world.log, runTopic(path));
    const reader = await (await open(world, path, { input, lastEventId: `${epoch}.${offset}.${mark}` })).end();
    expect(reader.all("error")).toMatchObject([{ code: "interrupted", final: true }]);
    expect(world.starts).toEqual([]);
  });

  it("learns it from every server on the log", async () => {
    const lastEventId = await foreignCursor(path);
    const log = memoryLog();
    const worlds = [await startRunWorld({ log }), await startRunWorld({ log })];
    for (const world of worlds) expectGone(await (await open(world, path, { input, lastEventId })).end());
  });
});

const attached = { type: "$attached", data: "{}" };

describe.each(runPaths)("a topic that another server's `$attached` reached after it was freed (%s)", (path) => {
  it("has a run that starts behind it, for all its subscribers (PROTOCOL §9.4)", async () => {
    const log = memoryLog();
    for (let each = 0; each < 2; each++) await log.append(runTopic(path), [attached]);
    const { passed, open: finish } = gate();
    const [world, other] = [await startRunWorld({ log, last: () => passed }), await startRunWorld({ log })];
    const first = await (await open(world, path, { input })).received(3);
    const there = await (await open(other, path, { input })).live();
    finish();
    for (const reader of [first, there, await open(other, path, { input })]) {
      await reader.end();
      expect([reader.all("reset"), reader.names.at(-1)]).toEqual([[], "$end"]);
      if (path !== "sum") expect(reader.data).toEqual([1, 1, 1]);
    }
    const { cursor } = first;
    expect(first.data).toEqual([1, 1, 1]);
    expect((await (await open(other, path, { input, lastEventId: cursor })).end()).names.at(-1)).toBe("$end");
    expect([world.starts, other.starts]).toEqual([["r"], []]);
  });

  it("has one that starts, too, if it comes between the look at the topic and the start", async () => {
    const log = memoryLog();
    let late = 2;
    const append: Log["append"] = async (topic, events, options) => {
      if (events[0]?.type === "$start" && late-- > 0) await log.append(topic, [attached]);
      return log.append(topic, events, options);
    };
    const world = await startRunWorld({ log: { ...log, append } });
    const reader = await (await open(world, path, { input })).end();
    expect([reader.data, reader.all("reset"), reader.names.at(-1)]).toEqual([[1, 1, 1], [], "$end"]);
    expect([late, world.starts]).toEqual([-1, ["r"]]);
  });

  it("has none if something else is there, too", async () => {
    const log = memoryLog();
    await log.append(runTopic(path), [attached, { type: "inc", data: "1" }]);
    const world = await startRunWorld({ log });
    expect(await ask(world, path, { input })).toMatchObject({ status: 503 });
    expect(world.starts).toEqual([]);
  });
});

describe.each(runPaths)("a topic whose record says no more than a version (%s)", (path) => {
  const record = '{"version":1}';

  it("has no run: a client with a cursor learns that its own is gone (PROTOCOL §9.3, §9.4)", async () => {
    const log = memoryLog();
    await log.append(runTopic(path), [attached], { record });
    const world = await startRunWorld({ log });
    expectGone(await (await open(world, path, { input, lastEventId: await foreignCursor(path) })).end());
    expect(world.starts).toEqual([]);
  });

  it("has no run: a client without one starts it (PROTOCOL §9.3, §9.4)", async () => {
    const log = memoryLog();
    await log.append(runTopic(path), [attached], { record });
    const world = await startRunWorld({ log });
    const reader = await (await open(world, path, { input })).end();
    expect([reader.data, reader.names.at(-1), world.starts]).toEqual([[1, 1, 1], "$end", ["r"]]);
  });
});

describe.each(runPaths)("a run whose log is lost (%s)", (path) => {
  async function lost() {
    const { log, lose } = losingLog();
    const { passed, open: finish } = gate();
    const world = await startRunWorld({ log, last: () => passed });
    const other = await startRunWorld({ log });
    const here = await (await open(world, path, { input })).live();
    const there = await (await open(other, path, { input })).live();
    lose();
    return { world, other, here, there, finish };
  }

  it("ends for the clients of its own server, and for a new request there is interrupted", async () => {
    const { world, here, finish } = await lost();
    const again = await (await open(world, path, { input })).end(); // the server doesn't know yet that it is lost
    expect(again.frames.at(-1)).toMatchObject({ kind: "error", code: "interrupted" });
    for (let seconds = 0; seconds < 12; seconds++) {
      world.clock.advance(1_000);
      await turns();
    }
    await here.end();
    expect(here.all("error")).toMatchObject([{ final: true }]);
    finish();
    await eventually(() => expect(world.returned).toBe(1));
  });

  it("ends for the clients of another server, which starts none and writes nothing", async () => {
    const { world, other, there, finish } = await lost();
    for (let seconds = 0; seconds < 16; seconds++) {
      other.clock.advance(1_000);
      await turns();
    }
    await there.end();
    expect(there.all("error")).toMatchObject([{ final: true, code: "gap" }]);
    expect((await headOf(world.log, runTopic(path))).offset).toBe(0);
    // So a new client without a cursor gets a run from the beginning.
    const fresh = await open(other, path, { input });
    await fresh.end();
    expect([other.starts, fresh.names.at(-1)]).toEqual([["r"], "$end"]);
    finish();
  });

  it("doesn't end the run that was started in its place", async () => {
    const { world, other, finish } = await lost();
    const { passed, open: finishNext } = gate();
    const third = await startRunWorld({ log: world.log, last: () => passed });
    const fresh = await (await open(third, path, { input })).live();
    finish();
    await eventually(() => expect(world.returned).toBe(1));
    await turns();
    expect(fresh.over).toBe(false);
    finishNext();
    await fresh.end();
    expect([fresh.names.at(-1), other.starts]).toEqual(["$end", []]);
  });
});

it("ends a dead server's run for a client that skips trimmed events", async () => {
  let now = 1_000_000;
  const log = memoryLog({ retain: { events: 3 }, now: () => now });
  const dead = await startRunWorld({ log, last: () => new Promise(() => {}) });
  const first = await (await open(dead, "skip", { input })).received(3);
  const lastEventId = first.events[0]?.id as string;
  for (let each = 0; each < 6; each++) await log.append(runTopic("skip"), [{ type: "$attached", data: "{}" }]);
  const world = await startRunWorld({ log });
  const late = await (await open(world, "skip", { input, lastEventId })).live();
  expect(late.names.slice(2, 4)).toEqual(["$reset", "$at"]);
  for (let seconds = 0; seconds < 60; seconds++) {
    now += 1_000;
    world.clock.advance(1_000);
    await turns();
  }
  await late.end();
  expect(late.frames.at(-1)).toMatchObject({ kind: "error", code: "interrupted", final: true });
});

it("keeps a silent run without clients, however short runTtl is", async () => {
  let now = 1_000_000;
  const log = memoryLog({ now: () => now });
  const { passed, open: finish } = gate();
  const world = await startRunWorld({ log, runTtl: 1, last: () => passed });
  const reader = await (await open(world, "list", { input })).received(3);
  reader.destroy();
  await eventually(() => expect(world.parts.hub.size).toBe(0));
  now += 9_000;
  const back = await (await open(world, "list", { input })).received(3);
  finish();
  await back.end();
  back.destroy();
  expect([back.names.at(-1), world.starts]).toEqual(["$end", ["r"]]);
  await eventually(() => expect(world.parts.hub.size).toBe(0));
  now += 1;
  await (await open(world, "list", { input })).end();
  expect(world.starts).toEqual(["r", "r"]);
});

it("keeps a run that appends nothing until it is abandoned, however short runTtl is", async () => {
  let now = 1_000_000;
  const log = memoryLog({ now: () => now });
  const { passed, open: finish } = gate();
  const hour = 60 * 60_000;
  const world = await startRunWorld({ log, runTtl: 1, abandonAfter: 10 * hour, last: () => passed });
  const reader = await (await open(world, "list", { input })).received(3);
  reader.destroy();
  await eventually(() => expect(world.parts.hub.size).toBe(0));
  now += 9 * hour;
  const back = await (await open(world, "list", { input })).received(3);
  finish();
  await back.end();
  expect([back.names.at(-1), world.starts]).toEqual(["$end", ["r"]]);
});

it("frees a run without an end, long after its server has died", async () => {
  let now = 1_000_000;
  const log = memoryLog({ now: () => now });
  const watches: Watch[] = [];
  const watch: Log["watch"] = (...args) => {
    const started = log.watch(...args);
    watches.push(started);
    return started;
  };
  const dead = await startRunWorld({ log: { ...log, watch }, runTtl: 1, last: () => new Promise(() => {}) });
  const reader = await (await open(dead, "sum", { input })).live();
  reader.destroy();
  await eventually(() => expect(dead.parts.hub.size).toBe(0));
  for (const each of watches) each.stop(); // a dead process watches nothing
  now += 61 * 60_000; // an hour after it would have been abandoned
  const world = await startRunWorld({ log });
  await (await open(world, "sum", { input })).end();
  expect(world.starts).toEqual(["r"]);
});
