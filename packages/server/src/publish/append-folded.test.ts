import { defineContract, subscription } from "@sluice/contract";
import { type Log, LogError, memoryLog } from "@sluice/log";
import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { headOf } from "../topic/read-log.test-kit.js";
import { TopicState } from "../topic/topic-state.js";
import { createPublisher } from "../topic-handle/create-publisher.js";

const contract = defineContract({
  doc: subscription({
    events: { edit: z.string(), close: z.null(), reopen: z.null() },
    state: {
      schema: z.object({ text: z.string(), isOpen: z.boolean() }),
      initial: { text: "", isOpen: true },
      apply: {
        edit: ({ text, isOpen }, added) => {
          if (!isOpen) throw new Error("closed");
          return { text: text + added, isOpen };
        },
        close: (state) => ({ ...state, isOpen: false }),
        reopen: (state) => ({ ...state, isOpen: true }),
      },
    },
  }),
});
const { doc } = contract;
const edit = { type: "edit" as const, data: "." };
const close = { type: "close" as const, data: null };
const reopen = { type: "reopen" as const, data: null };

const server = (log: Log, snapshotEvery = 200) => createPublisher(contract, { log, snapshotEvery });
const stateOf = async (log: Log) => JSON.parse((await new TopicState(log, "doc", doc).current()).json);

/** A log that records its calls. It answers in later turns, as over a network. */
function counting(log: Log) {
  const calls: string[] = [];
  const counted = Object.fromEntries(
    Object.entries(log).map(([name, call]) => [
      name,
      typeof call !== "function"
        ? call
        : async (...args: unknown[]) => {
            calls.push(name);
            await new Promise((resolve) => setImmediate(resolve));
            return (call as (...args: unknown[]) => unknown)(...args);
          },
    ]),
  );
  return { log: counted as unknown as Log, calls };
}

afterEach(() => void vi.useRealTimers());

describe("publish to a topic with state", () => {
  it("appends only one of two conflicting events that two servers publish at once", async () => {
    for (let trial = 0; trial < 50; trial++) {
      const log = memoryLog();
      const slow = counting(log).log;
      const [one, two] = [server(slow), server(slow)];
      await one.topic(doc).publish(edit);
      await two.topic(doc).publish(edit);
      const [first, second] = trial % 2 ? [edit, close] : [close, edit];
      const answers = await Promise.allSettled([one.topic(doc).publish(first), two.topic(doc).publish(second)]);
      const appended = answers.filter(({ status }) => status === "fulfilled").length;
      // The server that published last has folded everything, so it is faster: an edit after `close` is refused.
      expect(appended).toBe(trial % 2 ? 1 : 2);
      expect((await headOf(log, "doc")).offset).toBe(2 + appended);
      expect(await stateOf(log)).toEqual({ text: ".".repeat(1 + appended), isOpen: false });
    }
  });

  it("appends each of 64 concurrent publishes of four servers once, in the order of its server", async () => {
    const log = memoryLog();
    const { log: slow, calls } = counting(log);
    const servers = Array.from({ length: 4 }, () => server(slow));
    const names = Array.from({ length: 64 }, (_, i) => `${i % 4}${String.fromCharCode(97 + Math.floor(i / 4))}`);
    const published = names.map((data, i) => servers[i % 4]?.topic(doc).publish({ type: "edit", data }));
    const cursors = (await Promise.all(published)).map((answer) => answer?.cursor);
    expect(new Set(cursors).size).toBe(64);
    const { text } = await stateOf(log);
    const order: string[] = text.match(/../g) ?? [];
    expect(order.toSorted()).toEqual(names.toSorted());
    for (const each of "0123") {
      const own = order.filter((name) => name.startsWith(each));
      expect(own).toEqual(own.toSorted());
    }
    // At most five lost races, one attempt that finds the lease taken, and two with the lease.
    expect(calls.filter((name) => name === "append").length).toBeLessThanOrEqual(64 * 8);
  });

  it("answers a retry like the first publish, even if its events no longer fold", async () => {
    const log = memoryLog();
    const [one, two] = [server(log), server(log)];
    const first = await one.topic(doc).publish(edit, { idempotencyKey: "k" });
    await one.topic(doc).publish(close);
    for (const each of [one, two, server(log)]) {
      expect(await each.topic(doc).publish(edit, { idempotencyKey: "k" })).toEqual({ ...first, duplicate: true });
      await expect(each.topic(doc).publish(edit, { idempotencyKey: "new" })).rejects.toMatchObject({
        code: "contractMismatch",
      });
    }
    // Also if the topic cannot be folded at all.
    await log.append("doc", [{ type: "edit", data: '"x"' }]);
    expect(await server(log).topic(doc).publish(edit, { idempotencyKey: "k" })).toEqual({
      ...first,
      duplicate: true,
    });
    expect((await headOf(log, "doc")).offset).toBe(3);
  });

  it("throws the original error if the log cannot be asked for the key", async () => {
    const log = memoryLog();
    await server(log).topic(doc).publish(close);
    const findAppend = () => Promise.reject(new Error("away"));
    const refused = server({ ...log, findAppend })
      .topic(doc)
      .publish(edit, { idempotencyKey: "k" });
    await expect(refused).rejects.toMatchObject({ code: "contractMismatch" });
  });

  it("calls the log once if it has folded the topic, and twice if it is behind", async () => {
    const log = memoryLog();
    const { log: slow, calls } = counting(log);
    const [one, two] = [server(slow, 10), server(slow, 10)];
    await one.topic(doc).publish(edit);
    await two.topic(doc).publish(edit);
    calls.length = 0;
    await two.topic(doc).publish(edit);
    expect(calls).toEqual(["append"]);
    await one.topic(doc).publish(edit, { idempotencyKey: "k" });
    expect(calls).toEqual(["append", "append", "append"]);
    calls.length = 0;
    for (let i = 4; i < 10; i++) await one.topic(doc).publish(edit);
    expect(calls).toEqual([...Array(6).fill("append"), "saveSnapshot"]);
  });

  it("accepts an event that only folds after other servers' events", async () => {
    const log = memoryLog();
    const [one, two] = [server(log), server(log)];
    await one.topic(doc).publish(close);
    await two.topic(doc).publish(reopen);
    await one.topic(doc).publish(edit);
    expect(await stateOf(log)).toEqual({ text: ".", isOpen: true });
  });

  it("catches up if it is behind by more than a page, or by more than the log keeps", async () => {
    const log = memoryLog({ retain: { events: 5 } });
    const [one, two] = [server(log, 1_000), server(log, 10)];
    await one.topic(doc).publish(edit);
    for (let i = 0; i < 5; i++) await log.append("doc", Array(300).fill({ type: "edit", data: '"."' }));
    await one.topic(doc).publish(edit);
    for (let i = 0; i < 60; i++) await two.topic(doc).publish(edit);
    await one.topic(doc).publish(edit);
    expect((await stateOf(log)).text).toHaveLength(1_563);
  });

  it("takes the topic's lease after five lost races, and releases it", async () => {
    const log = memoryLog();
    let attempts = 0;
    const busy: Log = {
      ...log,
      async append(topic, events, options) {
        attempts++;
        // Another publisher, which reads the head before it appends, as this one does.
        const { page } = await log.open(topic, { from: { last: 0 }, limit: 0 });
        await log.append(topic, [{ type: "edit", data: '"other"' }], { after: page.head });
        return log.append(topic, events, options);
      },
    };
    await server(busy).topic(doc).publish(edit);
    expect((await stateOf(log)).text).toBe(`${"other".repeat(5)}.`);
    expect(attempts).toBe(6);
    expect(await log.acquire("doc", { ttl: 1_000 })).toBeDefined();
  });

  it("waits for the publisher that holds the lease, and folds what that one appended", async () => {
    const log = memoryLog();
    await server(log).topic(doc).publish(edit);
    const held = await log.acquire("doc", { ttl: 60_000 });
    const waiting = Promise.allSettled([server(log).topic(doc).publish(edit), server(log).topic(doc).publish(close)]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (held) await log.append("doc", [{ type: "edit", data: '"held"' }], { lease: held });
    expect((await stateOf(log)).text).toBe(".held");
    if (held) await log.release(held);
    await waiting;
    expect(await stateOf(log)).toEqual({ text: expect.stringMatching(/^\.held\.?$/), isOpen: false });
  });

  it("ends with unavailable if the topic moves although it has the lease, and appends nothing", async () => {
    const log = memoryLog();
    let attempts = 0;
    const busy: Log = {
      ...log,
      async append(topic, events, options) {
        attempts++;
        await log.append(topic, [{ type: "edit", data: '"other"' }]);
        return log.append(topic, events, options);
      },
    };
    await expect(server(busy).topic(doc).publish(edit)).rejects.toMatchObject({
      code: "unavailable",
      retryable: true,
      message: expect.stringContaining('"doc" has too many publishers at once'),
    });
    expect(attempts).toBe(16);
    expect((await stateOf(log)).text).toBe("other".repeat(16));
  });

  it("still appends after a topic's end, although nothing folds it", async () => {
    const log = memoryLog();
    const { topic } = server(log);
    await topic(doc).publish(edit);
    await log.append("doc", [{ type: "$end", data: "{}" }]);
    await topic(doc).publish(edit);
    await topic(doc).publish(edit);
    expect((await headOf(log, "doc")).offset).toBe(4);
    expect(await stateOf(log)).toEqual({ text: ".", isOpen: true });
  });

  it("continues to publish after an append whose outcome is unknown", async () => {
    const log = memoryLog();
    let fails = true;
    const unsure: Log = {
      ...log,
      async append(topic, events, options) {
        const answer = await log.append(topic, events, options);
        if (fails) throw new Error("no answer");
        return answer;
      },
    };
    const { topic } = server(unsure);
    await expect(topic(doc).publish(edit)).rejects.toThrow("no answer");
    fails = false;
    await topic(doc).publish(edit);
    fails = true;
    // If the log can be asked for the key, it is.
    expect(await topic(doc).publish(edit, { idempotencyKey: "k" })).toMatchObject({ duplicate: true });
    fails = false;
    await topic(doc).publish(edit);
    expect((await stateOf(log)).text).toBe("....");
  });
});

describe("while another process holds the topic's lease", () => {
  const held = async (log: Log) => (await log.acquire("doc", { ttl: 60_000 })) ?? expect.fail("it is taken");
  const fakeTime = () => vi.useFakeTimers({ toFake: ["setTimeout", "performance", "Date"] });

  it("the state is read, and publishes append in order once the lease is free", async () => {
    const log = memoryLog();
    const { topic } = createPublisher(contract, { log });
    await topic(doc).publish(edit);
    const lease = await held(log);
    const published = [..."abc"].map((data) => topic(doc).publish({ type: "edit", data }));
    for (let i = 0; i < 3; i++) {
      // A later publish does not overtake those that wait.
      published.push(topic(doc).publish({ type: "edit", data: String(i) }));
      expect((await topic(doc).state()).state).toEqual({ text: ".", isOpen: true });
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await log.release(lease);
    await Promise.all(published);
    expect((await topic(doc).state()).state).toEqual({ text: ".abc012", isOpen: true });
    await topic(doc).publish(edit);
    expect((await stateOf(log)).text).toBe(".abc012.");
  });

  it("each publish ends with unavailable 10 seconds after its call, and appends nothing", async () => {
    fakeTime();
    const log = memoryLog();
    const { topic } = server(log);
    await topic(doc).publish(edit);
    const lease = await held(log);
    const ended: number[] = [];
    const failing = (at: number) =>
      expect(topic(doc).publish(edit))
        .rejects.toMatchObject({ code: "unavailable", message: expect.stringContaining("too many publishers") })
        .then(() => ended.push(at));
    const all = [failing(0), failing(0), failing(0)];
    await vi.advanceTimersByTimeAsync(4_000);
    all.push(failing(4));
    await vi.advanceTimersByTimeAsync(5_900);
    expect(ended).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(ended).toEqual([0, 0, 0]);
    await vi.advanceTimersByTimeAsync(3_800);
    expect(ended).toEqual([0, 0, 0]);
    await vi.advanceTimersByTimeAsync(200);
    expect(ended).toEqual([0, 0, 0, 4]);
    await Promise.all(all);
    await log.release(lease);
    expect((await stateOf(log)).text).toBe(".");
    await topic(doc).publish(edit);
    expect((await stateOf(log)).text).toBe("..");
  });

  it("a state whose step may have changed it in place is folded again before the next attempt", async () => {
    const sets = defineContract({
      set: subscription({
        events: { add: z.string() },
        state: {
          schema: z.codec(z.array(z.string()), z.instanceof(Set), {
            decode: (all) => new Set(all),
            encode: (set) => [...set] as string[],
          }),
          initial: new Set<string>(),
          apply: {
            add(set, name) {
              if (set.has(name)) throw new Error("it has that");
              return new Set([...set, name]);
            },
          },
        },
      }),
    });
    const log = memoryLog();
    const { topic } = createPublisher(sets, { log });
    const add = (data: string) => ({ type: "add" as const, data });
    await topic(sets.set).publish(add("a"));
    const lease = (await log.acquire("set", { ttl: 60_000 })) ?? expect.fail("it is taken");
    const refused = expect(topic(sets.set).publish(add("b"))).rejects.toMatchObject({ code: "contractMismatch" });
    await new Promise((resolve) => setTimeout(resolve, 10));
    await log.append("set", [{ type: "add", data: '"b"' }], { lease });
    await log.release(lease);
    await refused;
  });
});

describe("if the store fails while a publisher has the topic's lease", () => {
  /** Other publishers win the first five races, so the lease is needed. */
  const contended = (log: Log): Log => {
    let races = 0;
    return {
      ...log,
      async append(topic, events, options) {
        if (races++ < 5) await log.append(topic, [{ type: "edit", data: '"-"' }]);
        return log.append(topic, events, options);
      },
    };
  };
  const isFree = async (log: Log) => {
    const lease = await log.acquire("doc", { ttl: 60_000 });
    if (lease) await log.release(lease);
    return lease !== undefined;
  };

  it("a lease whose answer was lost is found again, and released", async () => {
    const log = memoryLog();
    let lost = 0;
    const lossy: Log = {
      ...contended(log),
      async acquire(topic, request) {
        const lease = await log.acquire(topic, request);
        if (lost++ === 0) throw new LogError("unknown", "no answer");
        return lease;
      },
    };
    await server(lossy).topic(doc).publish(edit);
    expect((await stateOf(log)).text).toBe("-----.");
    expect([lost, await isFree(log)]).toEqual([2, true]);
  });

  it("a publisher is not locked out by a lease of its own that it could not use", async () => {
    const log = memoryLog();
    let lost = 0;
    const lossy: Log = {
      ...contended(log),
      async acquire(topic, request) {
        const lease = await log.acquire(topic, request);
        if (lost++ === 0) throw new LogError("unavailable", "away");
        return lease;
      },
    };
    const { topic } = server(lossy);
    await expect(topic(doc).publish(edit)).rejects.toMatchObject({ code: "unavailable", cause: { message: "away" } });
    await topic(doc).publish(edit);
    expect([lost, await isFree(log)]).toEqual([2, true]);
  });

  it("a release that fails is tried again, three times in all", async () => {
    for (const failures of [2, 3]) {
      vi.useFakeTimers({ toFake: ["setTimeout"] });
      const log = memoryLog();
      let calls = 0;
      const failing: Log = {
        ...contended(log),
        async release(lease) {
          if (++calls <= failures) throw new LogError("unavailable", "away");
          return log.release(lease);
        },
      };
      const { topic } = server(failing);
      await topic(doc).publish(edit);
      expect([calls, await isFree(log)]).toEqual([1, false]);
      await vi.advanceTimersByTimeAsync(10_000);
      expect([calls, await isFree(log)]).toEqual([3, failures === 2]);
      // Its own publisher goes on.
      await topic(doc).publish(edit);
      expect((await stateOf(log)).text).toBe("-----..");
      vi.useRealTimers();
    }
  });

  it("a late release does not take the lease from the next publish", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    const log = memoryLog();
    let calls = 0;
    const failing: Log = {
      ...contended(log),
      async release(lease) {
        if (++calls === 1) throw new LogError("unavailable", "away");
        return log.release(lease);
      },
    };
    const { topic } = server(failing);
    await topic(doc).publish(edit);
    await topic(doc).publish(edit); // takes the lease again, and releases it
    expect([calls, await isFree(log)]).toEqual([2, true]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(calls).toBe(2);
  });
});

it("a state that a step changed in place is folded again if the step's events are not appended", async () => {
  const counts = defineContract({
    counts: subscription({
      events: { add: z.string() },
      state: {
        schema: z.codec(z.array(z.string()), z.instanceof(Set), {
          decode: (all) => new Set(all),
          encode: (set) => [...set] as string[],
        }),
        initial: new Set<string>(),
        apply: { add: (set, name) => new Set([...set, name]) },
      },
    }),
  });
  const log = memoryLog();
  const [one, two] = [createPublisher(counts, { log }), createPublisher(counts, { log })];
  for (const name of ["a", "b", "c"]) {
    await one.topic(counts.counts).publish({ type: "add", data: name });
    await two.topic(counts.counts).publish({ type: "add", data: name.toUpperCase() });
  }
  const { json } = await new TopicState(log, "counts", counts.counts).current();
  expect(json).toBe('["a","A","b","B","c","C"]');
});
