import { memoryLog } from "@sluice/log";
import { expect, it } from "vitest";
import { hello, read, setUp, turns } from "../test-kit/resumable.test-kit.js";

it("a run is started once by processes that found none at the same time, and another input is refused", async () => {
  const log = memoryLog();
  let looking = 0;
  let go = () => {};
  const bothLooked = new Promise<void>((resolve) => (go = resolve));
  const slow: typeof log = {
    ...log,
    async open(topic, options) {
      const opened = await log.open(topic, options);
      if (options.limit === 0) {
        if (++looking === 2) go();
        await bothLooked;
      }
      return opened;
    },
  };
  const [one, two] = [setUp({ log: slow }), setUp({ log: slow })];
  const first = read(one);
  await turns();
  const other = read(two, { ...hello, prompt: "other" });
  await expect(other.done).rejects.toMatchObject({ code: "conflict" });
  await one.steps(5);
  await first.done;
  expect([first.text(), two.starts]).toEqual(["hello", []]);
});

it("a run whose topic something else holds the lease of is not started, and starts when the lease is free", async () => {
  let now = 1_000_000;
  const log = memoryLog({ now: () => now });
  const world = setUp({ log });
  await log.acquire('complete?{"runId":"r1"}', { ttl: 1_000 });
  await expect(read(world).done).rejects.toMatchObject({ code: "unavailable" });
  now += 1_000;
  const next = read(world);
  await world.steps(5);
  await next.done;
  expect([next.text(), world.starts]).toEqual(["hello", ["hello"]]);
});

/** A server whose log answers the append of a run's beginning only when it is let to. */
function setUpSlow() {
  const log = memoryLog();
  let go = () => {};
  const letGo = new Promise<void>((resolve) => (go = resolve));
  const append: typeof log.append = async (...args) => {
    const answer = await log.append(...args);
    if (args[1][0]?.type === "$start") await letGo;
    return answer;
  };
  return { log, go: () => go(), world: setUp({ log: { ...log, append } }) };
}

it("a run is started once by subscribers that come to one server while its beginning is appended", async () => {
  const { go, world } = setUpSlow();
  const first = read(world);
  await turns();
  const second = read(world); // it reads a beginning that its server doesn't know of yet
  await turns();
  go();
  await world.steps(5);
  await Promise.all([first.done, second.done]);
  expect([first.text(), second.text(), world.starts]).toEqual(["hello", "hello", ["hello"]]);
});

it("a run that is started while its server drains is interrupted before the drain is over", async () => {
  const { log, go, world } = setUpSlow();
  const own = read(world);
  await turns();
  const drained = world.sluice.drain({ timeout: 0 });
  go();
  await drained;
  const { page } = await log.open('complete?{"runId":"r1"}', { from: "oldest", limit: 10 });
  expect(page.ok && page.entries.map(({ type }) => type)).toEqual(["$start", "$error"]);
  await expect(own.done).rejects.toMatchObject({ code: "unavailable" });
});

it("a run that is never abandoned starts like any other", async () => {
  const world = setUp({ abandonAfter: Number.MAX_SAFE_INTEGER });
  const own = read(world);
  await world.steps(5);
  await own.done;
  expect(own.text()).toBe("hello");
});
