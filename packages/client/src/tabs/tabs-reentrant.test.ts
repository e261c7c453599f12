import { describe, expect, it } from "vitest";
import { createTabsWorld, type Followed } from "../test-kit/tabs-world.test-kit.js";

// What the application's functions may do while a tab that shares is calling them.

type Act = "closes the client" | "unsubscribes" | "unsubscribes and subscribes anew" | "resyncs";
const acts: readonly Act[] = ["closes the client", "unsubscribes", "unsubscribes and subscribes anew", "resyncs"];

/** The first tab leads; the second one follows and leads later. */
const actors = ["first", "second"] as const;

/**
 * Two tabs through a life: a cut, a change of the leading tab and back, an end. One of them acts in the nth call of the
 * application.
 */
async function live(actor: (typeof actors)[number], act: Act, nth: number): Promise<boolean> {
  const { browser, server, clock, open, settle, pass } = createTabsWorld();
  let calls = 0;
  let acted = false;
  let follow = (): void => {};
  let run = (): void => {};
  const touch = () => {
    if (++calls !== nth) return;
    acted = true;
    run();
  };
  const tabs = {
    first: open("first", actor === "first" ? { touch } : {}),
    second: open("second", actor === "second" ? { touch } : {}),
  };
  const tab = tabs[actor];
  const mine: Followed[] = [];
  follow = () => {
    for (const what of ["feed", "match"] as const) mine.push(tab.follow(what, touch));
  };
  const unsubscribe = () => {
    for (const { stop } of mine.splice(0)) stop();
  };
  run = () => {
    if (act === "closes the client") tab.close();
    if (act === "resyncs") for (const { resync } of mine) void resync().catch(() => {});
    if (act.startsWith("unsubscribes")) unsubscribe();
    if (act.endsWith("anew")) follow();
  };

  const other = tabs[actor === "first" ? "second" : "first"];
  if (actor === "first") follow();
  const theirs = [other.follow("feed"), other.follow("match")];
  if (actor === "second") follow();
  await settle();
  const publish = async () => {
    server.publish("feed");
    server.publish("scores/watch");
    await settle();
  };
  await publish();
  server.cut({ retryAt: clock.now() + 100 });
  await pass(2_000);
  server.reopen();
  await publish();
  tabs.first.freeze();
  await publish();
  tabs.first.thaw();
  await publish();
  tabs.second.freeze();
  await publish();
  tabs.second.thaw();
  await publish();

  // The other tab has all.
  expect(theirs[0]?.values).toEqual([1, 2, 3, 4, 5, 6]);
  expect(theirs[1]?.values.at(-1)).toBe(6);
  if (act === "resyncs") for (const { values } of mine) expect(values.at(-1)).toBe(6);
  expect(new Set(server.streams.map((stream) => stream.tab)).size).toBe(1);
  expect(server.streams.length).toBe(2);

  run = () => {};
  const stopped = [...mine];
  unsubscribe();
  const told = stopped.map(({ all }) => all.length);
  for (const { stop } of theirs) stop();
  await settle();
  expect(server.streams).toEqual([]);
  expect(browser.channels).toEqual([]);
  expect(browser.locks).toEqual([]);
  expect(clock.pending).toEqual([]);
  expect(stopped.map(({ all }) => all.length)).toEqual(told);
  return acted;
}

describe.each(actors)("the %s tab", (actor) => {
  it.each(acts)(
    "%s while the client is calling the application: the other one misses nothing, and nothing is left",
    async (act) => {
      let nth = 1;
      while (await live(actor, act, nth)) nth++;
      expect(nth).toBeGreaterThan(20);
    },
    30_000,
  );
});
