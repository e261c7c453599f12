import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Ring } from "./ring.js";

describe("Ring", () => {
  it("behaves like an array whose items keep their numbers", () => {
    const operations = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant("push") }, fc.constant("shift")));
    const first = fc.oneof(fc.nat(100), fc.integer({ min: 2 ** 31 - 40, max: 2 ** 53 - 2_000 }));
    fc.assert(
      fc.property(first, operations, (start, steps) => {
        const ring = new Ring<number>(start);
        const model: number[] = [];
        let [begin, end] = [start, start];
        for (const step of steps) {
          if (step === "push") {
            ring.push(end);
            model.push(end);
            end += 1;
          } else {
            expect(ring.shift()).toBe(model.shift());
            begin = Math.min(end, begin + 1);
          }
          expect([ring.size, ring.first, ring.at(begin - 1), ring.at(end)]).toEqual([
            model.length,
            begin,
            undefined,
            undefined,
          ]);
        }
        for (let number = begin; number < end; number += 1) expect(ring.at(number)).toBe(number);
      }),
    );
  });

  it("releases dropped items, and shrinks", () => {
    const ring = new Ring<number>(1);
    for (let i = 1; i <= 100_000; i += 1) ring.push(i);
    for (let i = 1; i <= 100_000; i += 1) if (ring.shift() !== i) expect.fail(`not ${i}`);
    expect(ring.shift()).toBeUndefined();
    ring.push(7);
    expect([ring.first, ring.at(100_001), ring.size]).toEqual([100_001, 7, 1]);
  });

  it("finds nothing at an invalid number", () => {
    const ring = new Ring<number>(1);
    ring.push(1);
    for (const number of [0, 2, -1, Number.NaN, Number.POSITIVE_INFINITY]) expect(ring.at(number)).toBeUndefined();
  });
});
