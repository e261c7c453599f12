import { errorTable, retryOf } from "@sluice/contract/internal";
import { describe, expect, test } from "vitest";
import { type BackoffOptions, createBackoff } from "./retry.js";

test("a delay is between 0 and a bound that doubles up to the maximum", () => {
  const random = [0, 0.5, 0.999, 0.5, 0.5];
  const backoff = createBackoff({ base: 1_000, max: 6_000, random: () => random.shift() as number }, () => 0);
  expect([0, 0, 0, 0, 0].map(() => backoff.next())).toEqual([0, 1_000, 3_996, 3_000, 3_000]);
});

test("a minimum delay is added, up to the limit of timers", () => {
  const backoff = createBackoff({ base: 1_000, max: 6_000, random: () => 0.5 }, () => 0);
  expect(backoff.next(10_000)).toBe(10_500);
  expect(backoff.next(1e15)).toBe(2 ** 31 - 1);
});

test("uses the server's last base", () => {
  const backoff = createBackoff({ base: 1_000, max: 60_000, random: () => 0.5 }, () => 0);
  backoff.next();
  backoff.rebase(10_000);
  expect(backoff.next()).toBe(10_000);
});

describe("after a stream that was live", () => {
  const start = (options: Partial<BackoffOptions> = {}) => {
    let now = 1_000_000;
    const pass = (ms: number) => {
      now += ms;
    };
    return { pass, backoff: createBackoff({ base: 1_000, max: 32_000, random: () => 0.5, ...options }, () => now) };
  };

  test("the count of failures has halved with every base of that time", () => {
    for (const [ms, delay] of [
      [0, 8_000],
      [1_000, 2_000],
      [2_000, 1_000],
      [4_000, 595],
      [60_000, 500],
    ] as const) {
      const { backoff } = start();
      for (let i = 0; i < 4; i++) backoff.next();
      backoff.lived(ms);
      expect(backoff.next()).toBe(delay);
    }
  });

  test("failures that made no delay longer are not remembered", () => {
    const { backoff } = start();
    for (let i = 0; i < 1_000; i++) backoff.next();
    expect(backoff.next()).toBe(16_000);
    backoff.lived(4_000);
    expect(backoff.next()).toBe(621);
  });

  test("an unreachable network is retried evenly for two and a half bases, and then as usual", () => {
    const { backoff, pass } = start();
    backoff.lived(4_000);
    expect(backoff.next(0, true)).toBe(500); // as spread as any, for thousands may have been cut
    for (let i = 0; i < 3; i++) {
      expect(backoff.next(0, true)).toBe(750);
      pass(750);
    }
    pass(250);
    expect([0, 0, 0].map(() => backoff.next(0, true))).toEqual([1_000, 2_000, 4_000]);
  });

  test("a server that answers, or whose streams don't live, is retried as usual", () => {
    const { backoff } = start();
    backoff.lived(4_000);
    expect([0, 0, 0].map(() => backoff.next())).toEqual([500, 1_000, 2_000]);
    backoff.lived(100);
    expect([0, 0].map(() => backoff.next(0, true))).toEqual([3_480, 6_960]);
  });

  test("a base or a maximum delay of 0 is 0, whatever the previous stream", () => {
    for (const options of [{ base: 0 }, { max: 0 }, { base: 0, max: 0 }]) {
      const { backoff } = start(options);
      for (const ms of [0, 1, 1e9]) {
        backoff.next();
        backoff.lived(ms);
        expect(backoff.next(0, true)).toBe(0);
        expect(backoff.next(0, true)).toBe(0);
      }
    }
  });
});

test("built-in codes are retried as the table says, all others never", () => {
  for (const [code, [, , , retry]] of Object.entries(errorTable)) expect(retryOf(code)).toBe(retry);
  expect(retryOf("busy")).toBe("no");
});
