import { describe, expect, it } from "vitest";
import { Lifetime } from "../time/lifetime.js";
import { ManualClock } from "../time/manual-clock.test-kit.js";
import { TimerWheel } from "../time/timer-wheel.js";
import { Lead } from "./lead.js";

const at = (offset: number, epoch = "e") => ({ epoch, offset, mark: "m" });
const small = { data: "1" };

function setUp({ catchUpEvents = 100_000, isElsewhere = false } = {}) {
  const clock = new ManualClock();
  let asked = 0;
  let answer: Promise<boolean> | undefined;
  const askElsewhere = () => {
    asked++;
    return answer ?? Promise.resolve(isElsewhere);
  };
  const lead = new Lead({ wheel: new TimerWheel(clock), catchUpEvents, askElsewhere }, at(0));
  let offset = 0;
  /** Adds until it is to wait, and answers how many were added, and what it waits for. */
  const fill = (most = 10_000, event = small) => {
    for (let count = 1; count <= most; count++) {
      const waits = lead.add(event, at(++offset));
      if (waits) return { count, waits };
    }
    return { count: most, waits: undefined };
  };
  const join = (offset: number, epoch?: string) => {
    const lifetime = new Lifetime();
    const reader = { place: at(offset, epoch), onMoved: undefined as (() => void) | undefined };
    const members = new Set<unknown>();
    const tail = {
      join: (each: unknown) => members.add(each),
      leave: (each: unknown) => members.delete(each),
      recheck() {},
    };
    lead.attach({ lifetime, reader, tail } as never);
    const move = (offset: number) => {
      reader.place = at(offset);
      reader.onMoved?.();
    };
    return { lifetime, reader, members, move };
  };
  const slowAnswer = (promise: Promise<boolean>) => {
    answer = promise;
  };
  return { clock, lead, fill, join, slowAnswer, asked: () => asked };
}

const turns = async () => {
  for (let i = 0; i < 10; i++) await Promise.resolve();
};

async function isSettled(promise: Promise<void> | undefined): Promise<boolean> {
  let settled = false;
  void promise?.then(() => (settled = true));
  await turns();
  return settled;
}

describe("a run's lead", () => {
  it("waits until the fastest reader has read up to where the stretch began", async () => {
    const { fill, join } = setUp();
    const fast = join(0);
    join(0);
    const { count, waits } = fill();
    expect(count).toBe(2_048); // of the first stretch, everybody has read all that came before it
    fast.move(1_023);
    expect(await isSettled(waits)).toBe(false);
    fast.move(1_024);
    expect(await isSettled(waits)).toBe(true);
    expect(fill().count).toBe(1_024);
  });

  it("counts characters, too", () => {
    const { fill, join } = setUp();
    join(0);
    expect(fill(100, { data: "x".repeat(600_000) }).count).toBe(4);
  });

  it("stays within what a reader may be behind", () => {
    const { fill, join } = setUp({ catchUpEvents: 10 });
    join(0);
    expect(fill().count).toBe(10);
  });

  it("takes no reader of another life for one who is ahead", async () => {
    const { fill, join } = setUp();
    join(5_000, "other");
    expect(await isSettled(fill().waits)).toBe(false);
  });

  it("waits for a reader who stands still, and for a second where there is none", async () => {
    const { clock, fill, join, lead } = setUp();
    const reader = join(0);
    fill(1_024);
    const { waits } = fill();
    clock.advance(60_000);
    expect(await isSettled(waits)).toBe(false);
    reader.lifetime.end();
    clock.advance(1_250);
    expect(await isSettled(waits)).toBe(true);
    lead.close();
    expect(clock.timers).toBe(0);
  });

  it("goes on for those elsewhere, whoever stands still here", async () => {
    const { clock, fill, join, asked } = setUp({ isElsewhere: true });
    join(0);
    const first = fill();
    clock.advance(1_250);
    expect(await isSettled(first.waits)).toBe(true);
    const second = fill();
    clock.advance(500);
    expect([await isSettled(second.waits), asked()]).toEqual([true, 2]);
  });

  it("lets an answer that comes late go on with nothing but what it was asked for", async () => {
    const { clock, fill, join, slowAnswer } = setUp();
    let answer = (_isElsewhere: boolean) => {};
    slowAnswer(new Promise((resolve) => (answer = resolve)));
    const reader = join(0);
    const first = fill();
    clock.advance(1_250);
    reader.move(1_024);
    expect(await isSettled(first.waits)).toBe(true);
    const second = fill();
    answer(true);
    expect(await isSettled(second.waits)).toBe(false);
  });

  it("lets go of what waits, and of its tails, when it is over", async () => {
    const { clock, fill, join, lead } = setUp();
    const reader = join(0);
    const { waits } = fill();
    expect(reader.members.has(lead)).toBe(true);
    lead.close();
    expect(await isSettled(waits)).toBe(true);
    expect([reader.members.size, reader.reader.onMoved, clock.timers]).toEqual([0, undefined, 0]);
  });
});
