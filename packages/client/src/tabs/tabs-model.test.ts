import { expect, it } from "vitest";
import { type ClientTab, createTabsWorld, type Followed, name } from "../test-kit/tabs-world.test-kit.js";

/** mulberry32 */
function createRandom(seed: number) {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below);
  };
}

interface Seen {
  readonly tab: ClientTab;
  readonly what: "feed" | "match";
  readonly followed: Followed;
}

/** Every event follows the one before it, unless a reset was told in between. */
function expectContiguous({ what, followed }: Seen): void {
  let last: number | undefined;
  for (const entry of followed.all) {
    if (typeof entry === "string" && entry.startsWith("reset")) last = undefined;
    if (typeof entry !== "number") continue;
    // A state may come again as it is, or be ahead: a snapshot of a resync.
    if (last !== undefined && what === "feed") expect(entry).toBe(last + 1);
    if (last !== undefined && what === "match") expect(entry).toBeGreaterThanOrEqual(last);
    last = entry;
  }
}

async function run(seed: number): Promise<void> {
  const random = createRandom(seed);
  const { browser, server, clock, open, settle, pass } = createTabsWorld();
  const tabs: ClientTab[] = [];
  const frozen = new Set<ClientTab>();
  const blocked = new Set<ClientTab>();
  let seen: Seen[] = [];
  let names = 0;
  let isActing = true;
  const some = <T>(all: readonly T[]): T | undefined => all[random(all.length)];
  const awake = () => tabs.filter((tab) => !frozen.has(tab) && !blocked.has(tab));
  const drop = (tab: ClientTab) => {
    tabs.splice(tabs.indexOf(tab), 1);
    seen = seen.filter((each) => each.tab !== tab);
  };
  const follow = (tab: ClientTab | undefined, what: "feed" | "match") => {
    if (!tab || seen.some((each) => each.tab === tab && each.what === what)) return;
    const followed = tab.follow(what, act);
    if (tabs.includes(tab)) seen.push({ tab, what, followed });
  };
  /** What handlers do while they are called. */
  const act = () => {
    if (isActing && random(25) === 0) (some([stop, close, resync, resubscribe]) as () => void)();
  };
  const pickOne = () => some(seen.filter(({ tab }) => awake().includes(tab)));
  const stop = () => {
    const gone = pickOne();
    gone?.followed.stop();
    seen = seen.filter((each) => each !== gone);
    return gone;
  };
  const resubscribe = () => {
    const gone = stop();
    if (gone) follow(gone.tab, gone.what);
  };
  const close = () => {
    const tab = random(3) === 0 && some(awake());
    if (!tab) return;
    tab.close();
    drop(tab);
  };
  const resync = () => {
    void pickOne()
      ?.followed.resync()
      .catch(() => {});
  };
  const actions: readonly (() => unknown)[] = [
    () => tabs.length < 5 && tabs.push(open(`t${++names}`, { isVisible: random(2) === 0 })),
    () => follow(some(awake()), "feed"),
    () => follow(some(awake()), "match"),
    stop,
    resubscribe,
    () => server.publish("feed", 1 + random(3)),
    () => server.publish("scores/watch", 1 + random(3)),
    () => some(awake())?.show(),
    () => some(awake())?.hide(),
    () => {
      const tab = some(awake());
      if (!tab) return;
      tab.freeze();
      frozen.add(tab);
    },
    () => {
      const tab = some([...frozen]);
      if (!tab) return;
      tab.thaw();
      frozen.delete(tab);
    },
    () => {
      const tab = some(awake());
      if (!tab) return;
      tab.block();
      blocked.add(tab);
    },
    () => {
      const tab = some([...blocked]);
      if (!tab) return;
      tab.unblock();
      blocked.delete(tab);
    },
    () => {
      const tab = random(3) === 0 && some(awake());
      if (!tab) return;
      tab.crash();
      drop(tab);
    },
    close,
    resync,
    () => server.cut(),
    () => server.reopen(),
    () => random(4) === 0 && server.trim(some(["feed", "scores/watch"]) as string, random(4)),
    () => clock.advance(random(2_000)),
    () => pass(random(4_000)),
    settle,
  ];
  for (let step = 0; step < 120; step++) {
    await (some(actions) as () => unknown)();
    if (random(3) > 0) await browser.run(random(8), random);
  }
  isActing = false;
  for (const tab of frozen) tab.thaw();
  for (const tab of blocked) tab.unblock();
  await settle();
  tabs[0]?.show();
  await pass(4_000);
  server.reopen();
  await settle();
  server.publish("feed");
  server.publish("scores/watch");
  await settle();

  const heads = { feed: server.headOf("feed"), match: server.headOf("scores/watch") };
  for (const each of seen) {
    expectContiguous(each);
    expect(each.followed.values.at(-1)).toBe(heads[each.what]);
  }
  const { streams } = server;
  expect(streams).toHaveLength(new Set(seen.map(({ what }) => what)).size);
  expect(new Set(streams.map(({ tab }) => tab)).size).toBeLessThanOrEqual(1);
  for (const each of seen) each.followed.stop();
  await pass(1_000);
  expect(server.streams).toEqual([]);
  expect(browser.channels).toEqual([]);
  expect(browser.locks.filter((lock) => lock.startsWith(name))).toEqual([]);
  expect(clock.pending).toEqual([]);
}

it.each(Array.from({ length: 100 }, (_, i) => i + 1))("loses nothing, whatever happens to the tabs: seed %d", run);
