import { createPublisher, type Log, LogError, memoryLog } from "@sluice/server";
import { expect, it } from "vitest";
import { withOutages } from "../../packages/log/src/memory-outages.js";
import { readLog, untold } from "../../packages/server/src/topic/read-log.test-kit.js";
import { controlContract, startControlServer } from "./control-world.js";
import { range } from "./events.js";
import { seed, seeded } from "./random.js";
import type { Reader } from "./reader.js";
import { turns } from "./within.js";

const hall = { room: "hall" };

interface Subscriber {
  readonly user: string;
  readonly reader: Reader;
  /** Of what was published, it may get only lower numbers. */
  limit: number;
}

/** Publishes, joins, stalls and revokes at random, at two servers and a publisher. */
async function run(log: Log, random: () => number): Promise<void> {
  const upTo = (most: number) => 1 + Math.floor(random() * most);
  const { log: cuttable, outage } = withOutages(log);
  const servers = [await startControlServer(log), await startControlServer(cuttable)];
  const anyServer = () => servers[upTo(2) - 1] as (typeof servers)[0];
  const worker = createPublisher(controlContract, { log });
  const publishers = [worker, ...servers.map(({ sluice }) => sluice)];
  const subscribers: Subscriber[] = [];
  const inFlight: Promise<void>[] = [];
  let published = 0;
  let joined = 0;

  async function join() {
    const user = `u${++joined}`;
    const reader = await (await anyServer().join(user)).live();
    subscribers.push({ user, reader, limit: Number.POSITIVE_INFINITY });
  }
  async function publish(count = upTo(20), from = publishers[upTo(3) - 1] ?? worker) {
    const events = range(published + 1, published + count).map((data) => ({ type: "post" as const, data }));
    published += count;
    await from.topic(controlContract.feed, hall).publish(events);
  }
  async function revoke({ sluice } = anyServer()) {
    const subscriber = subscribers[upTo(subscribers.length) - 1] as Subscriber;
    // Sometimes more in a turn than one wake-up carries.
    const others = random() < 0.3 ? range(1, 100).map((n) => sluice.disconnect({ tag: `user:nobody${n}` })) : [];
    await sluice.disconnect({ tag: `user:${subscriber.user}` });
    subscriber.limit = Math.min(subscriber.limit, published + 1);
    await Promise.all(others);
  }
  /** The second server is cut off, while others are published to and revoked. */
  async function cutOff() {
    await Promise.all(inFlight);
    await outage(async () => {
      for (let i = upTo(3); i > 0; i--) {
        await revoke(servers[0]);
        await publish(upTo(20), worker);
      }
    });
  }
  const actions = [
    join,
    () => publish(),
    cutOff,
    async () => {
      await revoke();
      await publish(1);
    },
    async () => void inFlight.push(publish()),
    async () => void inFlight.push(publish(2_000)),
    async () => turns(upTo(3)),
    async () => void subscribers[upTo(subscribers.length) - 1]?.reader.pause(),
  ];
  for (let i = 0; i < 4; i++) await join();
  for (let i = 0; i < 40; i++) await actions[upTo(actions.length) - 1]?.();
  await publish(1);

  await Promise.all(inFlight);
  const page = await readLog(log, `feed?${JSON.stringify(hall)}`, "oldest", published + 1);
  const history = page.ok ? page.entries.map(({ data }) => JSON.parse(data)) : [];
  expect(history.length).toBe(published);
  for (const { user, reader, limit } of subscribers) {
    reader.resume();
    const isRevoked = limit < Number.POSITIVE_INFINITY;
    await reader.until(() => reader.over || (!isRevoked && reader.events.length === published), `the end of ${user}`);
    // A stream that was catching up when the store went away is told so: its client reconnects.
    const reasons = [...(isRevoked ? ["forbidden"] : []), ...(reader.over ? ["unavailable"] : [undefined])];
    expect(reasons, user).toContain(reader.all("error")[0]?.code);
    const own = reader.data as number[];
    expect(own, user).toEqual(history.slice(0, own.length));
    expect(Math.max(0, ...own), `the last event of ${user}`).toBeLessThan(limit);
  }
  expect(servers.flatMap(({ errors }) => errors).filter((error) => !LogError.is(error))).toEqual([]);
}

it.each([
  ["carry entries", (log: Log) => log],
  ["carry nothing", untold],
])(
  `with wake-ups that %s, no event published after disconnect() resolved reaches who was revoked, at any server (PROTOCOL §15, SEED=${seed})`,
  async (_what, wrap) => {
    const random = seeded(seed);
    for (let i = 0; i < 4; i++) await run(wrap(memoryLog({ retain: { events: 1e6 } })), random);
  },
  30_000,
);
