import { type Log, memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import { hello, read, setUp, turns, type World } from "../test-kit/resumable.test-kit.js";
import { decodeRecord, encodeRecord, fingerprintOf } from "./record.js";

const topic = 'complete?{"runId":"r1"}';
const interrupted = { code: "interrupted" };
const minutes = (count: number) => count * 60_000;

/** Several processes on one log. Time passes for the log, and for those that are named: the others are dead, or asleep. */
function setUpAll(options: { abandonAfter?: number; events?: number; onGap?: "skip" } = {}) {
  let now = 1_000_000;
  const log = memoryLog({ now: () => now, retain: { events: options.events ?? 10_000, age: minutes(600) } });
  const process = () => setUp({ log, abandonAfter: minutes(1), ...options });
  const pass = async (ms: number, ...living: World[]) => {
    for (let passed = 0; passed < ms; passed += 2_500) {
      now += 2_500;
      for (const { clock } of living) clock.advance(2_500);
      await turns();
    }
  };
  const entries = async () => {
    const { page } = await log.open(topic, { from: "oldest", limit: 10_000 });
    return page.ok ? page.entries.map(({ type }) => type) : [];
  };
  const count = async (type: string) => (await entries()).filter((each) => each === type).length;
  return { log, now: () => now, pass, entries, count, producer: process(), other: process(), third: process() };
}

/** A log that holds back the answers to a run's looks, or to appends of an end, until `answer` is called. */
function slowed(log: Log, what: "looks" | "ends") {
  let answer = () => {};
  const answered = new Promise<void>((resolve) => (answer = resolve));
  const late =
    <Args extends unknown[], Result>(ask: (...args: Args) => Promise<Result>, isAsked: (...args: Args) => boolean) =>
    async (...args: Args) => {
      const result = await ask(...args);
      if (isAsked(...args)) await answered;
      return result;
    };
  const open = late(log.open, (_topic, { limit }) => what === "looks" && limit === 64);
  const append = late(log.append, (_topic, [event]) => what === "ends" && event?.type === "$error") as Log["append"];
  return { log: { ...log, open, append }, answer };
}

/** A log that can lose everything, and goes on. */
function losing(now = Date.now) {
  let log = memoryLog({ now });
  const forwarding = Object.fromEntries(
    Object.entries(log)
      .filter(([, method]) => typeof method === "function")
      .map(([name]) => [
        name,
        (...args: never[]) => (log as never as Record<string, (...args: never[]) => unknown>)[name]?.(...args),
      ]),
  );
  const lose = () => {
    log = memoryLog({ now });
  };
  return { log: forwarding as unknown as Log, lose };
}

const someoneAttaches = async (log: Log, times: number) => {
  for (let each = 0; each < times; each++) await log.append(topic, [{ type: "$attached", data: "{}" }]);
};

describe("a run whose process dies", () => {
  it("ends as interrupted for those who are attached through another, who get all events before", async () => {
    const { producer, other, pass, count } = setUpAll();
    const own = read(producer);
    await producer.steps(2);
    const there = read(other);
    await producer.steps(1);
    await pass(minutes(1), other);
    await expect(there.done).rejects.toMatchObject(interrupted);
    await expect(own.done).rejects.toMatchObject(interrupted);
    expect([there.text(), own.text(), other.starts]).toEqual(["hel", "hel", []]);
    expect(await count("$error")).toBe(1);
    expect([other.errors, other.clock.timers]).toEqual([[], 0]);
  });

  it("is given the lease before it is taken for dead", async () => {
    const { producer, other, pass } = setUpAll();
    const there = read(producer);
    await producer.steps(1);
    const watching = read(other);
    await turns();
    await pass(27_500, other);
    expect([there.error(), watching.error()]).toEqual([undefined, undefined]);
    await pass(17_500, other);
    expect(watching.error()).toMatchObject(interrupted);
  });

  it("is ended once, however many watch it", async () => {
    const { producer, other, third, pass, count } = setUpAll();
    read(producer);
    await producer.steps(2);
    const all = [read(other), read(other), read(third)];
    await turns();
    await pass(minutes(2), other, third);
    for (const { done } of all) await expect(done).rejects.toMatchObject(interrupted);
    expect(all.map(({ text }) => text())).toEqual(["he", "he", "he"]);
    expect(await count("$error")).toBe(1);
  });

  it("is over at once for who comes when that was long ago", async () => {
    const { producer, other, third, pass, count } = setUpAll();
    read(producer);
    await producer.steps(2);
    await pass(minutes(60));
    for (const world of [other, third]) {
      const late = read(world);
      await expect(late.done).rejects.toMatchObject(interrupted);
      expect([late.text(), world.clock.timers]).toEqual(["he", 0]);
    }
    expect([await count("$attached"), await count("$error")]).toEqual([0, 1]);
  });

  it("is over for who resumes at another", async () => {
    const { producer, other, pass } = setUpAll();
    const own = read(producer);
    await producer.steps(2);
    const resumed = read(other, hello, own.events[0]?.id);
    await turns();
    await pass(minutes(1), other);
    await expect(resumed.done).rejects.toMatchObject(interrupted);
    expect(resumed.text()).toBe("e");
  });

  it("tells who skips what is gone of it of the gap", async () => {
    const { log, producer, other } = setUpAll({ events: 3, onGap: "skip" });
    const own = read(producer);
    await producer.steps(2);
    await someoneAttaches(log, 6);
    const resumed = read(other, hello, own.events[0]?.id);
    await turns();
    expect(resumed.resets[0]).toMatchObject({ reason: "trimmed" });
  });

  it("is over, too, if it died before it yielded anything", async () => {
    const { log, other, pass } = setUpAll();
    const input = JSON.stringify(JSON.stringify({ prompt: "hello", runId: "r1" }));
    const record = encodeRecord({ input: fingerprintOf(JSON.parse(input)), version: 2 });
    await log.append(topic, [{ type: "$start", data: input }], { idempotencyKey: "$start", record });
    const there = read(other);
    await turns();
    await pass(minutes(1), other);
    await expect(there.done).rejects.toMatchObject(interrupted);
    expect(other.starts).toEqual([]);
    const ended = (await log.open(topic, { from: { last: 0 }, limit: 0 })).page.record;
    expect(decodeRecord(ended)).toMatchObject({ version: 2, end: { type: "$error" } }); // what else it says is kept
  });

  it("is watched only as long as somebody is attached", async () => {
    const { producer, other, pass, entries } = setUpAll();
    read(producer);
    await producer.steps(1);
    const [one, two] = [read(other), read(other)];
    await turns();
    one.stop();
    await pass(20_000, other);
    expect(other.clock.timers).toBe(1);
    two.stop();
    await turns();
    expect(other.clock.timers).toBe(0);
    const then = await entries();
    await pass(minutes(5), other);
    expect(await entries()).toEqual(then);
  });

  it("is not said to have anybody attached who left while the log was asked", async () => {
    const { log, producer, count } = setUpAll();
    read(producer);
    await producer.steps(1);
    const slow = slowed(log, "ends");
    const there = read(setUp({ log: slow.log }));
    await turns();
    there.stop();
    slow.answer();
    await turns();
    expect(await count("$attached")).toBe(0);
  });

  it("is over no later for those who leave it to others to say that they are attached", async () => {
    const { producer, other, third, pass } = setUpAll();
    read(producer);
    await producer.steps(1);
    const first = read(other);
    await turns();
    await pass(5_000, producer, other, third);
    const second = read(third);
    await turns();
    await pass(7_500, producer, other, third);
    await pass(20_000, other, third);
    first.stop();
    await pass(17_500, other, third);
    await expect(second.done).rejects.toMatchObject(interrupted);
  });

  it("is watched in every life of its topic", async () => {
    const { now, pass } = setUpAll();
    const { log, lose } = losing(now);
    const other = setUp({ log });
    for (let life = 0; life < 2; life++) {
      const producer = setUp({ log });
      read(producer);
      await producer.steps(2);
      const there = read(other);
      await turns();
      await pass(minutes(1), other);
      await expect(there.done).rejects.toMatchObject(interrupted);
      lose();
    }
    expect(other.starts).toEqual([]);
  });

  it("is ended soon after the log can be written to again", async () => {
    const { log, producer, pass, count } = setUpAll();
    let isDown = false;
    const append: typeof log.append = (...args) => (isDown ? Promise.reject(new Error("down")) : log.append(...args));
    const other = setUp({ log: { ...log, append } });
    read(producer);
    await producer.steps(1);
    const there = read(other);
    await turns();
    isDown = true;
    await pass(minutes(1), other);
    expect(there.error()).toBeUndefined();
    expect(other.errors).toContainEqual(new Error("down"));
    isDown = false;
    await pass(15_000 + 7_500 + 500, other);
    expect(there.error()).toMatchObject(interrupted);
    expect(await count("$error")).toBe(1);
  });
});

describe("a run that was taken for dead", () => {
  async function wakeUp() {
    const all = setUpAll();
    const { producer, other, pass } = all;
    read(producer);
    await producer.steps(2);
    const there = read(other);
    await turns();
    await pass(minutes(1), other);
    await expect(there.done).rejects.toMatchObject(interrupted);
    return all;
  }

  it("appends nothing that anybody sees when it wakes up, and its generator is returned", async () => {
    const { producer, other, third, pass, entries } = await wakeUp();
    const before = await entries();
    await producer.steps(1);
    expect([producer.isAborted(), producer.isReturned()]).toEqual([true, true]);
    await producer.steps(3);
    await pass(minutes(2), producer);
    expect(await entries()).toEqual(before);
    for (const world of [producer, other, third]) {
      const late = read(world);
      await expect(late.done).rejects.toMatchObject(interrupted);
      expect(late.text()).toBe("he");
    }
    expect([producer.clock.timers, producer.errors]).toEqual([0, []]);
  });

  it("hears of it when it would renew its lease if it has nothing to say", async () => {
    const { producer, pass } = await wakeUp();
    await pass(12_500, producer);
    expect([producer.isAborted(), producer.isReturned(), producer.clock.timers]).toEqual([true, false, 0]);
    await producer.steps(1);
    expect(producer.isReturned()).toBe(true);
    const late = read(producer);
    await expect(late.done).rejects.toMatchObject(interrupted);
    expect(late.text()).toBe("he");
  });

  it("does not end a second time", async () => {
    const { producer, count } = await wakeUp();
    await producer.sluice.drain();
    expect([await count("$error"), await count("$end")]).toEqual([1, 0]);
  });
});

describe("a run that lives", () => {
  it("may be silent for as long as it likes", async () => {
    const { producer, other, pass } = setUpAll();
    const own = read(producer);
    await producer.steps(2);
    const there = read(other);
    await turns();
    await pass(minutes(10), producer, other);
    await producer.steps(3);
    await Promise.all([own.done, there.done]);
    expect([own.text(), there.text()]).toEqual(["hello", "hello"]);
  });

  it("goes on after a long sleep of all if it is the first to wake", async () => {
    const { producer, other, third, pass } = setUpAll();
    const own = read(producer);
    await producer.steps(2);
    const there = read(other);
    await pass(20_000, producer, other);
    await pass(minutes(60));
    producer.clock.advance(minutes(60));
    await turns();
    const late = read(third);
    other.clock.advance(minutes(60));
    await pass(minutes(1), other, third, producer);
    await producer.steps(3);
    await Promise.all([own.done, there.done, late.done]);
    expect([own.text(), there.text(), late.text()]).toEqual(["hello", "hello", "hello"]);
  });

  it("takes its lease again together with what it yields, if nobody has ended it", async () => {
    const { producer, other, pass } = setUpAll();
    const own = read(producer);
    await producer.steps(2);
    await pass(minutes(60));
    await producer.steps(1);
    const late = read(other);
    await turns();
    expect([late.error(), late.text()]).toEqual([undefined, "hel"]);
    await producer.steps(2);
    await Promise.all([own.done, late.done]);
    expect([own.text(), late.text()]).toEqual(["hello", "hello"]);
  });

  it("may renew its lease late now and then", async () => {
    const { producer, other, pass } = setUpAll();
    const own = read(producer);
    await producer.steps(2);
    const there = read(other);
    for (let times = 0; times < 20; times++) {
      await pass(15_000, other);
      await pass(12_500, producer, other);
    }
    await producer.steps(3);
    await Promise.all([own.done, there.done]);
    expect(there.text()).toBe("hello");
  });

  it("is not taken for dead because many come elsewhere at once", async () => {
    const { log, producer, other, pass } = setUpAll();
    read(producer);
    await producer.steps(2);
    const there = read(other);
    await turns();
    for (let times = 0; times < 10; times++) {
      await pass(12_500, producer, other);
      await someoneAttaches(log, 70);
      await pass(2_500, other);
    }
    await producer.steps(3);
    await there.done;
    expect(there.text()).toBe("hello");
  });

  it("renews its lease by nothing but what it yields, as long as it does, and else every 10 seconds", async () => {
    const { log, pass } = setUpAll();
    let renewals = 0;
    const acquire: Log["acquire"] = (...args) => {
      renewals++;
      return log.acquire(...args);
    };
    const producer = setUp({ log: { ...log, acquire }, abandonAfter: minutes(1) });
    const own = read(producer, { runId: "r1", prompt: "a long prompt" });
    for (let step = 0; step < 12; step++) {
      await pass(7_500, producer);
      await producer.steps(1);
    }
    expect(renewals).toBe(0);
    await pass(minutes(1), producer);
    expect(renewals).toBe(6);
    await producer.steps(1);
    await own.done;
    expect(producer.clock.timers).toBe(0);
  });

  it("leaves cursors, order and the check of the input as they are, whatever it says of itself", async () => {
    const { producer, other, pass } = setUpAll();
    const own = read(producer);
    await producer.steps(2);
    const there = read(other);
    await pass(minutes(2), producer, other);
    there.stop();
    await producer.steps(1);
    await pass(minutes(2), producer, other);
    const resumed = read(other, hello, there.events.at(-1)?.id);
    const late = read(other);
    await expect(read(other, { ...hello, prompt: "other" }).done).rejects.toMatchObject({ code: "conflict" });
    await producer.steps(2);
    await Promise.all([own.done, resumed.done, late.done]);
    expect([own.text(), there.text(), resumed.text(), late.text()]).toEqual(["hello", "he", "llo", "hello"]);
    expect([producer.starts, other.starts]).toEqual([["hello"], []]);
  });

  it("is not abandoned while somebody is attached through another process", async () => {
    const { producer, other, third, pass, count } = setUpAll({ abandonAfter: 1_000 });
    const own = read(producer);
    await producer.steps(1);
    const [there, too] = [read(other), read(third)];
    await turns();
    own.stop();
    await pass(minutes(5), producer, other, third);
    expect(producer.isAborted()).toBe(false);
    there.stop();
    await pass(minutes(5), producer, other, third);
    expect(producer.isAborted()).toBe(false);
    expect(await count("$attached")).toBeLessThan(50);
    too.stop();
    await pass(minutes(1), producer, other, third);
    expect([producer.isAborted(), producer.clock.timers]).toEqual([true, 0]);
    await expect(read(other).done).rejects.toMatchObject(interrupted);
  });

  it("is abandoned only once the log has said that nobody is attached elsewhere", async () => {
    const { log, pass } = setUpAll();
    let isDown = false;
    const open: Log["open"] = (...args) => (isDown ? Promise.reject(new Error("down")) : log.open(...args));
    const producer = setUp({ log: { ...log, open }, abandonAfter: 5_000 });
    const own = read(producer);
    await producer.steps(1);
    own.stop();
    await turns();
    isDown = true;
    await pass(minutes(1), producer);
    expect([producer.isAborted(), producer.errors[0]]).toEqual([false, new Error("down")]);
    isDown = false;
    await pass(7_500, producer);
    expect(producer.isAborted()).toBe(true);
  });

  it.each([true, false])("waits anew for who came and left while the log was asked (answers: %s)", async (answers) => {
    const { log, pass } = setUpAll();
    const slow = slowed(log, "looks");
    let isDown = !answers;
    const open: Log["open"] = async (name, options) => {
      const opened = await slow.log.open(name, options);
      if (isDown && options.limit === 64) throw new Error("down");
      return opened;
    };
    const producer = setUp({ log: { ...log, open }, abandonAfter: 5_000 });
    const own = read(producer);
    await producer.steps(1);
    own.stop();
    await pass(7_500, producer);
    const again = read(producer);
    await turns();
    again.stop();
    await pass(2_500, producer);
    slow.answer();
    await turns();
    isDown = false;
    expect([producer.isAborted(), producer.errors.length > 0]).toEqual([false, !answers]);
    await pass(5_000, producer);
    expect([producer.isAborted(), producer.clock.timers]).toEqual([true, 0]);
  });

  it("that fails with its log ends for all as soon as the log can be written to again", async () => {
    const { log, pass } = setUpAll();
    let isDown = false;
    const append: Log["append"] = (...args) => (isDown ? Promise.reject(new Error("down")) : log.append(...args));
    const producer = setUp({ log: { ...log, append } });
    const own = read(producer);
    await producer.steps(1);
    isDown = true;
    await producer.steps(1);
    expect(producer.isReturned()).toBe(true);
    await pass(minutes(1), producer);
    const late = read(producer);
    isDown = false;
    await pass(12_500, producer);
    for (const { done } of [own, late]) await expect(done).rejects.toMatchObject({ code: "internal" });
    expect([own.text(), late.text(), producer.clock.timers]).toEqual(["h", "h", 0]);
  });

  it("leaves nothing behind when it ends while the log is asked who is attached elsewhere", async () => {
    const { log, pass } = setUpAll();
    const slow = slowed(log, "looks");
    const producer = setUp({ log: slow.log, abandonAfter: 5_000 });
    const own = read(producer);
    await producer.steps(1);
    own.stop();
    await someoneAttaches(log, 1);
    await pass(7_500, producer);
    await producer.sluice.drain();
    slow.answer();
    await turns();
    expect(producer.clock.timers).toBe(0);
  });

  it("goes on when what others say has pushed out of the log what it yielded", async () => {
    const { log, producer } = setUpAll({ events: 5, onGap: "skip" });
    const own = read(producer);
    await producer.steps(2);
    // More entries than a wake-up carries: the tail has to read them.
    await log.append(topic, Array(99).fill({ type: "$attached", data: "{}" }));
    await producer.steps(3);
    await own.done.catch(() => {}); // it may be told of a gap: that ends its loop, and not the run
    const { page: rest } = await log.open(topic, { from: "oldest", limit: 10 });
    const texts = rest.ok
      ? rest.entries.filter(({ type }) => !type.startsWith("$")).map(({ data }) => JSON.parse(data))
      : [];
    expect(texts.join("")).toBe("llo");
  });

  it("is interrupted when the log has lost it, and writes nothing to the topic's next life", async () => {
    const { log, lose } = losing();
    const producer = setUp({ log });
    const own = read(producer);
    await producer.steps(2);
    lose();
    await producer.steps(1);
    expect([producer.isAborted(), producer.isReturned()]).toEqual([true, true]);
    await expect(own.done).rejects.toMatchObject({ code: "gap" });
    expect((await log.open(topic, { from: "oldest", limit: 1 })).page).toMatchObject({ head: { offset: 0 } });
    const next = read(producer);
    await producer.steps(5);
    await next.done;
    expect([next.text(), producer.starts]).toEqual(["hello", ["hello", "hello"]]);
  });

  it("is interrupted when the log has lost a part of it, and says so there", async () => {
    const { log, entries } = setUpAll();
    const append = (async (name, events, options) => {
      if (events[0]?.type !== "token") return log.append(name, events, options);
      const { head, record } = (await log.open(name, { from: { last: 0 }, limit: 0 })).page;
      return { ok: false, reason: "moved", since: { ok: false, reason: "diverged", oldest: head, head, record } };
    }) as Log["append"];
    const producer = setUp({ log: { ...log, append } });
    const own = read(producer);
    await producer.steps(1);
    expect([producer.isAborted(), await entries()]).toEqual([true, ["$start", "$error"]]);
    await expect(own.done).rejects.toMatchObject(interrupted);
  });

  it("leaves no lease in the topic's next life if the log loses it while it renews its own", async () => {
    const { now, pass } = setUpAll();
    const { log, lose } = losing(now);
    const acquire: Log["acquire"] = (...args) => {
      lose();
      return log.acquire(...args);
    };
    const producer = setUp({ log: { ...log, acquire } });
    read(producer);
    await producer.steps(2);
    await pass(12_500, producer);
    expect(producer.isAborted()).toBe(true);
    read(producer);
    await turns();
    expect(producer.starts).toEqual(["hello", "hello"]);
  });

  it.each(["by itself", "because it was taken for dead"])(
    "and ends %s is forgotten: its topic may begin a new life",
    async (how) => {
      const { log, lose } = losing();
      const producer = setUp({ log });
      read(producer);
      await producer.steps(2);
      if (how !== "by itself") await log.append(topic, [{ type: "$end", data: "{}" }]);
      await producer.steps(3);
      lose();
      read(producer);
      await turns();
      expect(producer.starts).toEqual(["hello", "hello"]);
    },
  );
});
