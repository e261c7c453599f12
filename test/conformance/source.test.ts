import { describe, expect, it } from "vitest";
import { contract, createSourceWorld, type Path } from "./source-world.js";
import { eventually, turns } from "./within.js";

describe.each<Path>(["ticks", "board"])("the source of %s, on one server", (path) => {
  it("runs once for all subscribers of a topic, with the key fields of the input", async () => {
    const { serve } = createSourceWorld();
    const server = await serve();
    const one = await server.open(path, { input: { symbol: "a", limit: 3 } });
    const two = await server.open(path, { input: { symbol: "a", limit: 4 } });
    const other = await server.open(path, { input: { symbol: "b" } });
    await Promise.all([one.live(), two.live(), other.live()]);
    await server.execution(2);
    expect(server.executions.map(({ input }) => input)).toEqual([{ symbol: "a" }, { symbol: "b" }]);
    server.executions[0]?.say("x", "y");
    server.executions[1]?.say("z");
    await Promise.all([one.received(2), two.received(2), other.received(1)]);
    expect([one.data, two.data, other.data]).toEqual([["x", "y"], ["x", "y"], ["z"]]);
    expect(await one.first("open")).toMatchObject({ attended: true });
  });

  it("stops `linger` after the last subscriber has left, and runs again for the next one", async () => {
    const { serve, clock } = createSourceWorld();
    const server = await serve();
    const one = await server.open(path);
    const two = await server.open(path);
    const first = await server.execution(1);
    one.destroy();
    await server.streams(1);
    clock.advance(60_000);
    two.destroy();
    await server.streams(0);
    clock.advance(4_900);
    const back = await server.open(path);
    await back.live();
    clock.advance(60_000);
    first.say("x");
    await back.received(1);
    back.destroy();
    await server.streams(0);
    clock.advance(5_250);
    expect(first.signal.aborted).toBe(true);
    await eventually(() => expect(first.hasReturned).toBe(true));
    const later = await server.open(path);
    (await server.execution(2)).say("y");
    await later.received(1);
    expect(later.data).toEqual(["y"]);
  });

  it("publishes in order with what others publish", async () => {
    const { serve } = createSourceWorld();
    const server = await serve();
    const reader = await server.open(path);
    await reader.live();
    const execution = await server.execution(1);
    const topic = server.sluice.topic(contract[path], { symbol: "a" });
    const publish = (data: string) => topic.publish({ type: "tick", data });
    for (const [mine, others] of ["ab", "cd", "ef"]) {
      execution.say(mine as string);
      await reader.until(({ data }) => data.includes(mine));
      await publish(others as string);
    }
    await reader.received(6);
    expect(reader.data.join("")).toBe("abcdef");
    expect(server.executions).toHaveLength(1);
  });

  it("appends all of its events while others publish as fast as they can, each once and in order", async () => {
    const { serve } = createSourceWorld();
    const server = await serve((execution) => execution.say(...Array.from({ length: 300 }, () => ".")));
    const reader = await server.open(path);
    await reader.live();
    const topic = server.sluice.topic(contract[path], { symbol: "a" });
    await Promise.all(Array.from({ length: 300 }, () => topic.publish({ type: "tick", data: "." })));
    await reader.received(600);
    await turns();
    expect([reader.data.length, server.executions.length, server.errors]).toEqual([600, 1, []]);
  });

  it("runs on if others publish more than the log keeps, and runs anew if the topic's life has ended", async () => {
    const { serve, clock, log } = createSourceWorld({ events: 1_000 });
    const server = await serve();
    const reader = await server.open(path);
    await reader.live();
    const first = await server.execution(1);
    const topic = server.sluice.topic(contract[path], { symbol: "a" });
    await topic.publish(Array.from({ length: 1_500 }, () => ({ type: "tick" as const, data: "." })));
    first.say("x");
    await eventually(async () => {
      const { page } = await log.open(`${path}?{"symbol":"a"}`, { from: { last: 1 }, limit: 1 });
      expect(page.ok && page.entries[0]?.data).toBe('"x"');
    });
    expect(server.executions).toHaveLength(1);
    await log.free(`${path}?{"symbol":"a"}`);
    first.say("y");
    await eventually(() => expect(first.signal.aborted).toBe(true));
    const next = await server.open(path);
    await next.live();
    clock.advance(1_250);
    (await server.execution(2)).say("z");
    await next.received(1);
    expect(next.data).toEqual(["z"]);
  });

  it("ends its subscribers with an error that the contract declares, and runs again for the next one", async () => {
    const { serve } = createSourceWorld();
    const server = await serve();
    const reader = await server.open(path);
    await reader.live();
    (await server.execution(1)).say("x", "declared");
    await reader.end();
    expect(reader.data).toEqual(["x"]);
    expect(reader.all("error")).toEqual([
      expect.objectContaining({ code: "delisted", data: { symbol: "a" }, final: true }),
    ]);
    expect(server.errors).toEqual([]);
    const next = await server.open(path);
    await next.live();
    (await server.execution(2)).say("y");
    await next.received(1);
    expect(next.data).toEqual(["y"]);
    expect(next.all("error")).toEqual([]);
  });

  it("runs again after 1 s, 2 s, … up to 30 s if it throws anything else, and tells onError", async () => {
    const { serve, clock } = createSourceWorld();
    const server = await serve();
    const reader = await server.open(path);
    await reader.live();
    let count = 0;
    for (const rest of [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      (await server.execution(++count)).say({ error: new Error(`${count}`) });
      await eventually(() => expect(server.errors).toHaveLength(count));
      clock.advance(rest - 300);
      await turns();
      expect(server.executions).toHaveLength(count);
      clock.advance(600);
    }
    const last = await server.execution(8);
    clock.advance(30_000); // so long that its next failure is a first one
    last.say({ error: { code: "delisted" } }, "x");
    await eventually(() => expect(server.errors).toHaveLength(8));
    clock.advance(1_250);
    (await server.execution(9)).say("y");
    await reader.received(1);
    expect(reader.data).toEqual(["y"]);
    expect(reader.over).toBe(false);
  });

  it("is quiet after it has returned, until the next first subscriber", async () => {
    const { serve, clock } = createSourceWorld();
    const server = await serve();
    const reader = await server.open(path);
    (await server.execution(1)).say("x", "return");
    await reader.received(1);
    const second = await server.open(path);
    await second.live();
    clock.advance(120_000);
    await turns();
    expect(server.executions).toHaveLength(1);
    reader.destroy();
    second.destroy();
    await server.streams(0);
    clock.advance(5_250);
    await server.open(path);
    await server.execution(2);
  });

  it("reports an event that is none, or can't be appended, and runs again", async () => {
    const { serve, clock } = createSourceWorld();
    const server = await serve();
    const reader = await server.open(path);
    await reader.live();
    (await server.execution(1)).say(1);
    await eventually(() => expect(server.errors).toEqual([expect.objectContaining({ name: "ValidationError" })]));
    await eventually(() => expect(server.executions[0]?.hasReturned).toBe(true));
    clock.advance(1_250);
    (await server.execution(2)).say("x");
    await reader.received(1);
  });
});

describe.each<Path>(["ticks", "board"])("the source of %s, on two servers", (path) => {
  it("runs on one of them, and anew on the other when the first has no subscriber any more, or drains", async () => {
    const { serve, clock } = createSourceWorld();
    const [one, two] = [await serve(), await serve()];
    const atOne = await one.open(path);
    await atOne.live();
    const first = await one.execution(1);
    const atTwo = await two.open(path);
    await atTwo.live();
    first.say("x");
    await Promise.all([atOne.received(1), atTwo.received(1)]);
    expect(two.executions).toHaveLength(0);
    atOne.destroy();
    await one.streams(0);
    clock.advance(5_250);
    (await two.execution(1)).say("y");
    await atTwo.received(2);
    expect(first.signal.aborted).toBe(true);
    const again = await one.open(path);
    await again.live();
    const drained = two.sluice.drain();
    (await one.execution(2)).say("z");
    await again.received(1);
    atTwo.destroy();
    await drained;
    expect([atTwo.data.slice(0, 2), again.data]).toEqual([["x", "y"], ["z"]]);
  });

  it("runs on the other within 45 s if the first dies; what that still yields is not appended", async () => {
    const { serve, clock, log } = createSourceWorld();
    const [one, two] = [await serve(), await serve()];
    const atOne = await one.open(path);
    await atOne.live();
    const first = await one.execution(1);
    const atTwo = await two.open(path);
    await atTwo.live();
    const { acquire } = log;
    // The first can't renew its lease: it seems dead to the others, and doesn't know.
    let isCut = true;
    const holder = await lastHolder();
    log.acquire = async (topic, request) => {
      if (isCut && request.holder === holder) throw new Error("cut");
      return acquire(topic, request);
    };
    for (let s = 0; s < 46; s++) {
      clock.advance(1_000);
      await turns();
    }
    const second = await two.execution(1);
    second.say("x");
    await atTwo.received(1);
    first.say("late");
    await eventually(() => expect(first.signal.aborted).toBe(true));
    isCut = false;
    second.say("y");
    await Promise.all([atOne.received(2), atTwo.received(2)]);
    expect([atOne.data, atTwo.data]).toEqual([
      ["x", "y"],
      ["x", "y"],
    ]);

    async function lastHolder() {
      const { page } = await log.open(`${path}?{"symbol":"a"}`, { from: "oldest", limit: 10 });
      const begun = page.ok ? page.entries.findLast(({ type }) => type === "$source") : undefined;
      return JSON.parse(begun?.data ?? "{}").source as string;
    }
  });

  it("ends the subscribers of both with an error that the contract declares, and runs nowhere until one comes", async () => {
    const { serve, clock } = createSourceWorld();
    const [one, two] = [await serve(), await serve()];
    const atOne = await one.open(path);
    await atOne.live();
    const first = await one.execution(1);
    const atTwo = await two.open(path);
    await atTwo.live();
    first.say("x", "declared");
    await Promise.all([atOne.end(), atTwo.end()]);
    for (const reader of [atOne, atTwo]) {
      expect(reader.data).toEqual(["x"]);
      expect(reader.all("error")).toEqual([expect.objectContaining({ code: "delisted", final: true })]);
    }
    for (let s = 0; s < 60; s++) {
      clock.advance(1_000);
      await turns();
    }
    expect([one.executions.length, two.executions.length]).toEqual([1, 0]);
    const next = await two.open(path);
    (await two.execution(1)).say("y");
    await next.received(1);
  });
});

describe("who gets the error of a source", () => {
  it("is also a subscriber whose filter withholds everything", async () => {
    const { serve } = createSourceWorld();
    const server = await serve();
    const reader = await server.open("filtered");
    await reader.live();
    (await server.execution(1)).say("x", "declared");
    await reader.end();
    expect([reader.data, reader.all("error").map(({ code }) => code)]).toEqual([[], ["delisted"]]);
  });

  it("is also who was cut before it, and resumes; a newcomer gets all events, and no error", async () => {
    const { serve } = createSourceWorld();
    const server = await serve();
    const cut = await server.open("history");
    const stays = await server.open("history");
    await Promise.all([cut.live(), stays.live()]);
    const execution = await server.execution(1);
    execution.say("x");
    await cut.received(1);
    cut.destroy();
    execution.say("y", "declared");
    await stays.end();
    const resumed = await server.open("history", { lastEventId: cut.cursor });
    await resumed.end();
    expect([resumed.data, resumed.all("error").map(({ code }) => code)]).toEqual([["y"], ["delisted"]]);
    const newcomer = await server.open("history");
    await newcomer.live();
    (await server.execution(2)).say("z");
    await newcomer.received(3);
    expect([newcomer.data, newcomer.all("error")]).toEqual([["x", "y", "z"], []]);
  });
});

it("a source that never waits is held back until somebody has read its events, and nothing is lost", async () => {
  const { serve, log } = createSourceWorld();
  const ticks = Array.from({ length: 5_000 }, (_, i) => `${i}`);
  const server = await serve((execution) => execution.say(...ticks));
  const reader = await server.open("history");
  await reader.live();
  await reader.received(2_000);
  reader.pause();
  await eventually(async () => {
    const before = await headOf();
    await turns();
    expect(await headOf()).toBe(before);
  });
  reader.resume();
  await reader.received(5_000);
  expect(reader.data).toEqual(ticks);
  expect(reader.all("reset")).toEqual([]);

  async function headOf() {
    return (await log.open('history?{"symbol":"a"}', { from: { last: 0 }, limit: 0 })).page.head.offset;
  }
});

describe("a Sluice that is made again on a named log", () => {
  it("takes the sources over from the older one, which has them back when it has no subscriber any more", async () => {
    const { serve, clock } = createSourceWorld({ name: "source.test" });
    const older = await serve();
    const atOlder = await older.open("ticks");
    await atOlder.live();
    const first = await older.execution(1);
    const younger = await serve();
    const atYounger = await younger.open("ticks");
    await atYounger.live();
    (await younger.execution(1)).say("x");
    await Promise.all([atOlder.received(1), atYounger.received(1)]);
    expect(first.signal.aborted).toBe(true);
    atYounger.destroy();
    await younger.streams(0);
    clock.advance(5_250);
    (await older.execution(2)).say("y");
    await atOlder.received(2);
    expect(atOlder.data).toEqual(["x", "y"]);
  });

  it("leaves them alone on a log without a name", async () => {
    const { serve } = createSourceWorld();
    const [one, two] = [await serve(), await serve()];
    await (await one.open("ticks")).live();
    const first = await one.execution(1);
    await (await two.open("ticks")).live();
    await turns();
    expect([first.signal.aborted, two.executions.length]).toEqual([false, 0]);
  });
});
