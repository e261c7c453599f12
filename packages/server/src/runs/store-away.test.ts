import { memoryLog } from "@sluice/log";
import { describe, expect, it } from "vitest";
import { hello, read, setUp, turns, type World } from "../test-kit/resumable.test-kit.js";
import { awayLog, faults } from "./away-log.test-kit.js";

const topic = 'complete?{"runId":"r1"}';
const interrupted = { code: "interrupted" };
const away = { name: "LogError" };

/** Two servers on one log. Each can lose its connection to the log. */
function setUpBoth({ isFolded = false, events = 10_000, abandonAfter = 60_000 } = {}) {
  let now = 1_000_000;
  const inner = memoryLog({ now: () => now, retain: { events } });
  const server = () => {
    const store = awayLog(inner);
    return { ...setUp({ log: store.log, isFolded, abandonAfter }), store };
  };
  const pass = async (ms: number, ...living: World[]) => {
    for (let passed = 0; passed < ms; passed += 1_000) {
      now += 1_000;
      for (const { clock } of living) {
        clock.advance(1_000);
        await turns();
      }
    }
  };
  /** The log, without `$attached`. */
  const written = async () => {
    const { page } = await inner.open(topic, { from: "oldest", limit: 1_000 });
    const entries = page.ok ? page.entries.filter(({ type }) => type !== "$attached") : [];
    return entries.map(({ type, data }) => (type === "token" ? JSON.parse(data) : type)).join(" ");
  };
  const said = async () => {
    const { page } = await inner.open(topic, { from: "oldest", limit: 1_000 });
    return page.ok ? page.entries.filter(({ type }) => type === "$attached").length : 0;
  };
  return { inner, pass, written, said, producer: server(), other: server() };
}

const whole = "$start h e l l o $end";

describe.each([false, true])("a run whose store is away for a while (with state: %s)", (isFolded) => {
  it("is not interrupted by a watcher that was cut off as well, and is the first to come back", async () => {
    const { producer, other, pass, written } = setUpBoth({ isFolded });
    const [own, there] = [read(producer), read(other)];
    await producer.steps(2);
    await pass(16_000, producer, other);
    for (const { store } of [producer, other]) store.leave();
    await pass(35_000, producer, other);
    for (const { store } of [producer, other]) store.comeBack();
    await pass(15_000, other);
    await pass(6_000, producer);
    await pass(15_000, producer, other);
    await producer.steps(4);
    await Promise.all([own.done, there.done]);
    expect([own.text(), there.text(), await written()]).toEqual(["hello", "hello", whole]);
  });

  it("appends an event again when a late read finds only an equal event from before it", async () => {
    const { producer, pass, written } = setUpBoth({ isFolded });
    const own = read(producer);
    await producer.steps(2);
    const answer = producer.store.hold("open");
    await pass(11_000, producer);
    await producer.steps(1);
    producer.store.fail("token", "unknown, not done");
    await producer.steps(1);
    answer();
    await turns();
    await pass(10_000, producer);
    await producer.steps(1);
    await own.done;
    expect([own.text(), await written()]).toEqual(["hello", whole]);
  });

  describe.each(faults)("%s", (fault) => {
    it.each([1, 3])("appends each event once if that fails %i times", async (times) => {
      const { producer, other, pass, written } = setUpBoth({ isFolded });
      const own = read(producer);
      const there = read(other);
      await producer.steps(2);
      producer.store.fail("token", fault, times);
      await producer.steps(1);
      expect(producer.store.failed()).toBe(1);
      await pass(10_000, producer, other);
      await producer.store.settle();
      expect([producer.isAborted(), own.text(), there.text()]).toEqual([false, "hel", "hel"]);
      await producer.steps(2);
      await Promise.all([own.done, there.done]);
      await producer.store.settle();
      expect(await written()).toBe(whole);
      expect([own.text(), there.text(), producer.errors.length, producer.clock.timers]).toEqual([
        "hello",
        "hello",
        1,
        0,
      ]);
    });

    it("appends an event once if it happens between two attempts and somebody has folded it by then", async () => {
      const { producer, pass, written } = setUpBoth({ isFolded });
      const own = read(producer);
      await producer.steps(1);
      producer.store.fail("token", fault);
      await producer.steps(1);
      await producer.store.settle();
      const late = read(producer);
      await turns();
      await pass(10_000, producer);
      await producer.steps(3);
      await Promise.all([own.done, late.done]);
      expect(await written()).toBe(whole);
    });

    it("appends an event once if the run reads it while it looks who is attached elsewhere", async () => {
      const { producer, other, pass, written } = setUpBoth({ isFolded, abandonAfter: 5_000 });
      const own = read(producer);
      await producer.steps(1);
      own.stop();
      await turns();
      await pass(4_000, producer);
      producer.store.fail("token", fault, 4);
      await producer.steps(1);
      const there = read(other);
      await turns();
      await pass(2_000, producer, other);
      expect(producer.isAborted()).toBe(false);
      await pass(10_000, producer, other);
      await producer.store.settle();
      producer.store.fail("token", fault, 0);
      await producer.steps(3);
      await there.done;
      expect(await written()).toBe(whole);
    });

    it.each([1, 3])("writes its end once if that fails %i times", async (times) => {
      const { producer, other, pass, written } = setUpBoth({ isFolded });
      const own = read(producer);
      const there = read(other);
      producer.store.fail("an end", fault, times);
      await producer.steps(5);
      expect(producer.store.failed()).toBe(1);
      await pass(10_000, producer, other);
      await Promise.all([own.done, there.done]);
      await producer.store.settle();
      expect(await written()).toBe(whole);
      expect([there.text(), producer.clock.timers]).toEqual(["hello", 0]);
    });

    it("keeps its lease if a renewal fails", async () => {
      const { producer, other, pass, written } = setUpBoth({ isFolded });
      const own = read(producer);
      const there = read(other);
      await producer.steps(2);
      producer.store.fail("acquire", fault, 2);
      await pass(60_000, producer, other);
      expect(producer.store.failed()).toBe(2);
      await producer.store.settle();
      await producer.steps(3);
      await Promise.all([own.done, there.done]);
      expect(await written()).toBe(whole);
      expect(producer.errors).toMatchObject([away]);
    });

    it("is not abandoned if another server fails once to say that somebody is attached", async () => {
      const { producer, other, pass, said } = setUpBoth({ isFolded, abandonAfter: 20_000 });
      const own = read(producer);
      await producer.steps(1);
      other.store.fail("$attached", fault);
      const there = read(other);
      await turns();
      own.stop();
      await pass(20_000, producer, other);
      expect([other.store.failed(), await said()]).toEqual([1, 1]);
      await other.store.settle();
      await pass(120_000, producer, other);
      expect(producer.isAborted()).toBe(false);
      await producer.steps(4);
      await there.done;
      expect(there.text()).toMatch(/ello$/); // with state, the first may be part of what it began with
    });

    it("is ended once by another server if that fails", async () => {
      const { producer, other, pass, written } = setUpBoth({ isFolded });
      read(producer);
      await producer.steps(1);
      const there = read(other);
      await turns();
      other.store.fail("an end", fault, 2);
      await pass(90_000, other);
      await expect(there.done).rejects.toMatchObject(interrupted);
      await other.store.settle();
      expect([await written(), other.store.failed(), other.clock.timers]).toEqual(["$start h $error", 2, 0]);
    });
  });

  it.each(faults.filter((fault) => fault !== "unavailable"))(
    "is started once if it may have been started: %s",
    async (fault) => {
      const { producer, other, pass, written } = setUpBoth({ isFolded });
      producer.store.fail("$start", fault, 2);
      const own = read(producer);
      await turns();
      const too = read(producer);
      await pass(5_000, producer);
      await producer.store.settle();
      const there = read(other);
      for (let passed = 0; passed < 60; passed++) {
        await pass(1_000, producer, other);
        await producer.steps(1);
      }
      await Promise.all([own.done, too.done, there.done]);
      expect([own.text(), too.text(), there.text(), await written()]).toEqual(["hello", "hello", "hello", whole]);
      expect([producer.starts, other.starts, producer.clock.timers]).toEqual([["hello"], [], 0]);
    },
  );

  it("is not started if that fails, and starts with the next request", async () => {
    const { producer, written } = setUpBoth({ isFolded });
    producer.store.fail("$start", "unavailable");
    await expect(read(producer).done).rejects.toMatchObject({ code: "unavailable" });
    expect([producer.starts, await written()]).toEqual([[], ""]);
    const own = read(producer);
    await producer.steps(5);
    await own.done;
    expect(await written()).toBe(whole);
  });

  it("goes on after its lease has expired if nobody has ended it", async () => {
    const { producer, other, pass, written } = setUpBoth({ isFolded });
    const own = read(producer);
    await producer.steps(2);
    for (const { store } of [producer, other]) store.leave();
    await producer.steps(1);
    await pass(120_000, producer, other);
    expect([producer.isAborted(), producer.isReturned(), own.text()]).toEqual([false, false, "he"]);
    for (const { store } of [producer, other]) store.comeBack();
    await pass(6_000, producer);
    await producer.steps(2);
    const late = read(other);
    await Promise.all([own.done, late.done]);
    expect([own.text(), late.text(), await written()]).toEqual(["hello", isFolded ? "" : "hello", whole]);
  });

  it("goes on after its lease has expired if it appends nothing", async () => {
    const { producer, other, pass, written } = setUpBoth({ isFolded });
    const own = read(producer);
    await producer.steps(2);
    producer.store.leave();
    await pass(60_000, producer);
    producer.store.comeBack();
    await pass(6_000, producer);
    const there = read(other);
    await pass(60_000, producer, other);
    await producer.steps(3);
    await Promise.all([own.done, there.done]);
    expect(await written()).toBe(whole);
    expect(producer.errors).toMatchObject([away]);
  });

  it.each(["with an event to append", "with nothing to append"])(
    "appends nothing after another server has ended it, %s",
    async (how) => {
      const { producer, other, pass, written } = setUpBoth({ isFolded });
      read(producer);
      const there = read(other);
      await producer.steps(2);
      producer.store.leave();
      if (how === "with an event to append") await producer.steps(1);
      await pass(60_000, producer, other);
      await expect(there.done).rejects.toMatchObject(interrupted);
      expect(producer.isAborted()).toBe(false);
      producer.store.comeBack();
      await pass(6_000, producer);
      await expect(read(producer).done).rejects.toMatchObject(interrupted);
      expect(producer.isAborted()).toBe(true);
      await producer.steps(2);
      expect([producer.isReturned(), await written(), producer.clock.timers]).toEqual([true, "$start h e $error", 0]);
    },
  );

  it("lets its server stop, and is ended when the store is back", async () => {
    const { producer, pass, written } = setUpBoth({ isFolded });
    read(producer);
    await producer.steps(2);
    producer.store.leave();
    await producer.steps(1);
    await producer.sluice.drain();
    expect(producer.isReturned()).toBe(true);
    producer.store.comeBack();
    await pass(6_000, producer);
    expect([await written(), producer.clock.timers]).toEqual(["$start h e $error", 0]);
  });
});

it("a run ends if nothing can say whether its event is in the log", async () => {
  const { inner, producer, pass, written } = setUpBoth({ events: 3 });
  read(producer);
  await producer.steps(2);
  producer.store.fail("token", "unknown, done");
  await producer.steps(1);
  for (let each = 0; each < 6; each++) await inner.append(topic, [{ type: "$attached", data: "{}" }]);
  await pass(10_000, producer);
  expect([producer.isAborted(), await written()]).toEqual([true, "$error"]);
});

it("a run fails if its log refuses an event", async () => {
  const inner = memoryLog();
  const append = ((name, events, options) =>
    events[0]?.type === "token"
      ? Promise.reject(new RangeError("too long"))
      : inner.append(name, events, options)) as typeof inner.append;
  const producer = setUp({ log: { ...inner, append } });
  const own = read(producer, hello);
  await producer.steps(1);
  await expect(own.done).rejects.toMatchObject({ code: "internal" });
  expect(producer.errors).toMatchObject([{ message: "too long" }]);
});
