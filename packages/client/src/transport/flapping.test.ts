import { describe, expect, test } from "vitest";
import { createBackoff } from "./retry.js";

// Thousands of clients with the real backoff. Opening takes no time. Times are in milliseconds since the first cut.

interface World {
  /** Whether the server can be reached. */
  isUp(at: number): boolean;
  /** When a stream that goes live at this time is cut. */
  cutAfter(live: number): number;
  /** Where it ends. */
  readonly end: number;
}

/** Numbers that differ from client to client, and are the same in every run. */
function randomOf(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) | 0;
    const mixed = Math.imul(state ^ (state >>> 13), 3_266_489_917);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

/** The times of one client's attempts, and of those that succeeded. */
function run(seed: number, { isUp, cutAfter, end }: World) {
  let now = 0;
  const backoff = createBackoff({ base: 1_000, max: 30_000, random: randomOf(seed) }, () => now);
  const attempts: number[] = [];
  const backs: { readonly cut: number; readonly live: number }[] = [];
  for (let live = -60_000, cut = 0; cut < end; cut = cutAfter(live)) {
    now = cut;
    backoff.lived(cut - live);
    for (now += backoff.next(0, true); !isUp(now) && now < end; now += backoff.next(0, true)) attempts.push(now);
    if (now >= end) break;
    attempts.push(now);
    backs.push({ cut, live: now });
    live = now;
  }
  return { attempts, backs };
}

const clients = (count: number, world: World) => Array.from({ length: count }, (_, index) => run(index + 1, world));

/** The highest number of these within one interval. */
function peak(times: readonly number[], ms: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (let first = 0, last = 0; last < sorted.length; last++) {
    while ((sorted[last] as number) - (sorted[first] as number) >= ms) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe("a network that is gone for a while in every", () => {
  test.each([
    [2_000, 6_000, 3_000],
    [2_000, 4_000, 3_000],
    [1_000, 3_000, 2_000],
    [500, 3_000, 1_500],
  ])("%i ms of %i: everybody is back within %i ms of every drop", (gone, cycle, within) => {
    const world: World = {
      isUp: (at) => at % cycle >= gone,
      cutAfter: (live) => Math.ceil((live + 1) / cycle) * cycle,
      end: 200 * cycle,
    };
    for (const { backs } of clients(500, world)) {
      expect(backs).toHaveLength(200);
      expect(Math.max(...backs.map(({ cut, live }) => live - cut))).toBeLessThanOrEqual(within);
    }
  });
});

describe("5,000 clients of a server that restarts", () => {
  test.each([0, 500, 1_000, 2_000])("within %i ms don't come back at once", (down) => {
    const all = clients(5_000, { isUp: (at) => at >= down, cutAfter: () => Number.POSITIVE_INFINITY, end: 60_000 });
    const times = all.flatMap(({ backs }) => backs.map(({ live }) => live));
    expect(times).toHaveLength(5_000);
    // Evenly over a second it would be 500 in 100 ms.
    expect(peak(times, 100)).toBeLessThan(1_100);
    expect(Math.max(...times)).toBeLessThanOrEqual(down + 1_000);
  });
});

describe("a server that cuts all streams repeatedly", () => {
  const openings = (live: number) =>
    clients(200, { isUp: () => true, cutAfter: (at) => at + live, end: 600_000 }).map(
      ({ backs }) => backs.length / 600,
    );

  test.each([0, 10, 100, 300, 500, 700, 1_000, 1_500])("after %i ms is asked once in two bases at most", (live) => {
    for (const perSecond of openings(live)) expect(perSecond).toBeLessThan(0.6);
  });

  test("before they are live is retried like an unreachable one", () => {
    for (const perSecond of openings(0)) expect(perSecond).toBeLessThan(0.12);
  });
});

test.each([
  [60_000, 15],
  [600_000, 60],
  [3_600_000, 270],
])("a server that is away for %i ms is asked %i times at most", (away, most) => {
  const all = clients(300, { isUp: () => false, cutAfter: () => 0, end: away });
  const counts = all.map(({ attempts }) => attempts.length);
  expect(counts.reduce((sum, count) => sum + count) / counts.length).toBeLessThan(most);
});
