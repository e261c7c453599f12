import { expect, it } from "vitest";
import { internals } from "../../procedure/procedure.js";
import { goal, live, match, setUp, snapshot, until } from "../../test-kit/set-up.test-kit.js";

type Request = Awaited<ReturnType<Awaited<ReturnType<typeof setUp>>["server"]["next"]>>;

const open = (lane: number, index: number) =>
  ({
    kind: "open",
    stream: "live",
    heartbeat: 15_000,
    resumable: true,
    head: "E.9.m9",
    lane,
    subscriptions: [index],
  }) as const;
const cursors = ({ body }: Request) =>
  (body as { subscriptions: { cursor?: string }[] }).subscriptions.map(({ cursor }) => cursor);

/** A match with a state is live, in a lane. */
async function watched() {
  const { server, clock, client } = await setUp({ multiplex: true });
  const told: unknown[] = [];
  client.scores.watch.subscribe(match, {
    on: { goal: ({ team }) => told.push(team) },
    onState: ({ home, away }) => told.push(`${home}:${away}`),
    onReset: ({ reason }) => told.push(reason),
    onError: ({ code }) => told.push(`error: ${code}`),
  });
  clock.advance(10);
  const first = (await server.next()).begin();
  first.send(open(1, 0), { ...snapshot(1, 0, 4), lane: 1 } as never, { ...live(4), lane: 1 } as never);
  await until(() => told.length === 1);
  clock.advance(2_000);
  const resync = () => client.scores.watch[internals].shared(match).resync();
  return { server, clock, told, first, resync };
}

it("a resync opens the lane again without a cursor, beside the old one, which goes on until then", async () => {
  const { server, clock, told, first, resync } = await watched();
  const done = resync();
  clock.advance(10);
  const second = (await server.next()).begin();
  expect(cursors(second)).toEqual([undefined]);
  first.send({ ...goal("home", 5), lane: 1 });
  await until(() => told.includes("2:0"));
  second.send(open(7, 0), { ...snapshot(2, 0, 5), lane: 7 } as never, { ...live(5), lane: 7 } as never);
  await done;
  await until(() => first.isGone);
  expect(told).toEqual(["1:0", "home", "2:0", "2:0"]);
});

it("a resync while the lane is being moved waits for its own snapshot", async () => {
  const { server, clock, told, first, resync } = await watched();
  first.send({ kind: "drain", retry: 500 });
  await until(() => clock.pending.includes(500));
  clock.advance(510);
  const merged = (await server.next()).begin();
  expect(cursors(merged)).toEqual(["E.4.m4"]);
  const done = resync();
  clock.advance(10);
  merged.send(open(3, 0), { ...goal("away", 5), lane: 3 }, { ...live(5), lane: 3 } as never);
  first.send({ ...goal("away", 5), lane: 1 });
  await until(() => told.includes("1:1"));
  clock.advance(10);
  const fresh = (await server.next()).begin();
  expect(cursors(fresh)).toContain(undefined);
  const index = cursors(fresh).indexOf(undefined);
  fresh.send(open(8, index), { ...snapshot(1, 1, 5), lane: 8 } as never, { ...live(5), lane: 8 } as never);
  await done;
  expect(told.filter((text) => String(text).startsWith("error"))).toEqual([]);
  expect(told.slice(0, 3)).toEqual(["1:0", "away", "1:1"]);
});
