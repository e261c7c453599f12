import fc from "fast-check";
import { expect, it, onTestFinished, vi } from "vitest";
import { noLease } from "../engine/lease.js";
import { type UnwrittenTopic, UnwrittenTopics } from "./unwritten-topics.js";

const most = 10_000;

const of = (epoch: string) => ({ epoch, lease: noLease });

it("remembers an epoch for the given time", () => {
  const topics = new UnwrittenTopics(1_000);
  topics.remember("a", of("epoch-a"), 0);
  topics.remember("b", of("0123456789abcdef"), 500);
  expect(topics.take("a", 999)?.epoch).toBe("epoch-a");
  topics.remember("a", of("epoch-a"), 999);
  expect([topics.take("a", 1_998)?.epoch, topics.take("b", 1_500)?.epoch, topics.take("c", 0)?.epoch]).toEqual([
    "epoch-a",
    undefined,
    undefined,
  ]);
});

it("remembers a topic's lease until it expires", () => {
  const topics = new UnwrittenTopics(1_000);
  const lease = { token: 2 ** 32 - 1, ends: 5_000.5, holderLow: 1, holderHigh: 2 ** 32 - 1 };
  topics.remember("a", { epoch: "epoch-a", lease }, 0);
  expect(topics.take("a", 5_000)).toEqual({ epoch: "epoch-a", lease });
  topics.remember("a", { epoch: "epoch-a", lease }, 1_000);
  expect(topics.take("a", 5_001)).toBeUndefined();
});

it("returns a remembered topic once", () => {
  const topics = new UnwrittenTopics(1_000);
  topics.remember("a", of("epoch"), 0);
  expect([topics.take("a", 0)?.epoch, topics.take("a", 0)?.epoch]).toEqual(["epoch", undefined]);
});

it("remembers 10,000, and drops the least recently used first", () => {
  const topics = new UnwrittenTopics(Number.POSITIVE_INFINITY);
  for (let i = 0; i < most; i++) topics.remember(`${i}`, of(`e${i}`), i);
  topics.remember("0", topics.take("0", most) as UnwrittenTopic, most);
  topics.remember("one more", of("e"), most);
  topics.remember("another", of("e"), most);
  const known = Array.from({ length: most }, (_, i) => topics.take(`${i}`, most)?.epoch);
  expect(known.flatMap((epoch, i) => (epoch === `e${i}` ? [] : [i]))).toEqual([1, 2]);
});

it("stays correct after any number of uses", () => {
  const use = fc.tuple(fc.constantFrom("take", "remember"), fc.integer({ min: 0, max: 12_000 }));
  fc.assert(
    fc.property(fc.array(use, { minLength: 100, maxLength: 1_000, size: "max" }), (uses) => {
      const topics = new UnwrittenTopics(Number.POSITIVE_INFINITY);
      const model = new Map<string, string>();
      // Full from the start, so that free slots, chains and evictions are all in use.
      for (let i = 0; i < most; i++) {
        topics.remember(`${i}`, of(`first ${i}`), 0);
        model.set(`${i}`, `first ${i}`);
      }
      for (const [n, [kind, number]] of uses.entries()) {
        const name = `${number}`;
        const known = topics.take(name, 0)?.epoch;
        expect(known).toBe(model.get(name));
        model.delete(name);
        if (kind === "take") continue;
        topics.remember(name, of(`e${n}`), 0);
        model.set(name, `e${n}`);
        if (model.size > most) model.delete(model.keys().next().value as string);
      }
    }),
    { numRuns: 20 },
  );
});

it("takes at most 64 bytes per topic of its capacity", () => {
  onTestFinished(() => void vi.unstubAllGlobals());
  let bytes = 0;
  for (const TypedArray of [Uint8Array, Uint16Array, Uint32Array, Float64Array]) {
    class Counted extends (TypedArray as Uint8ArrayConstructor) {
      constructor(length: number) {
        super(length);
        bytes += this.byteLength;
      }
    }
    vi.stubGlobal(TypedArray.name, Counted);
  }
  new UnwrittenTopics(1);
  expect(bytes / most).toBeGreaterThan(30);
  expect(bytes / most).toBeLessThanOrEqual(64);
});
