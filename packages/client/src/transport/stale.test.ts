import { expect, it } from "vitest";
import { setUpLanes, token } from "../test-kit/lanes.test-kit.js";
import { live, post, setUp, until } from "../test-kit/set-up.test-kit.js";
import type { Connection } from "./connection-state.js";

const down = { kind: "store", up: false } as const;
const up = { kind: "store", up: true } as const;

it("says that what it shows may be old, while it stays live, until the server reaches its log again", async () => {
  const { server, client } = await setUp();
  const told: Connection[] = [];
  const posts: string[] = [];
  const stop = client.feed.subscribe(undefined, {
    on: { post: (text) => posts.push(text) },
    onConnection: (connection) => told.push(connection),
  });
  const stream = (await server.next()).open({ heartbeat: 0 }).send(live(0), down, down, post("a", 1), up, up);
  await until(() => told.length === 4);
  expect(told.slice(1).map(({ status, stale }) => [status, stale])).toEqual([
    ["live", undefined],
    ["live", true],
    ["live", undefined],
  ]);
  expect([told.some((connection) => "stale" in connection && !connection.stale), posts]).toEqual([false, ["a"]]);
  expect(new Set(told.slice(1).map(({ since }) => since)).size).toBe(1);
  stop();
  stream.cut();
});

it("forgets that when the stream is lost: the next one says its own", async () => {
  const { server, clock, client } = await setUp();
  let last: Connection | undefined;
  client.feed.subscribe(undefined, { onConnection: (connection) => (last = connection) });
  (await server.next()).open({ heartbeat: 0 }).send(live(0), down).cut();
  await until(() => last?.retryAt !== undefined);
  expect([last?.status, last?.stale]).toEqual(["reconnecting", undefined]);
  clock.advance(500);
  (await server.next()).open({ heartbeat: 0 }).send(live(0));
  await until(() => last?.status === "live");
  expect(last?.stale).toBeUndefined();
});

it("concerns all lanes of a stream, and of no other, and of the next one not those of the last", async () => {
  const { based, follow, asked, areLive, clock } = await setUpLanes();
  const { base, followers } = await based(20);
  const added = follow("n0");
  const beside = (await asked()).open();
  await areLive([added]);
  base.send(down);
  await until(() => followers.every(({ connection }) => connection.stale));
  expect(added.connection.stale).toBeUndefined();
  clock.advance(2_000);
  const merged = (await asked()).open();
  await until(() => base.isGone && beside.isGone && followers.every(({ connection }) => !connection.stale));
  merged.send(down).in("n0", token("a", 1)).send(up);
  await until(() => added.told.length === 1 && !added.connection.stale);
  for (const { statuses } of [...followers, added]) expect(statuses).toEqual(["connecting", "live"]);
});
