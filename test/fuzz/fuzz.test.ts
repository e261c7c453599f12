import { createClient } from "@sluice/client";
import { expect, it, onTestFinished } from "vitest";
import { headOf } from "../../packages/server/src/topic/read-log.test-kit.js";
import { type Adapter, adapters } from "../conformance/adapters.js";
import { posts, range } from "../conformance/events.js";
import { seeded } from "../conformance/random.js";
import { eventually } from "../conformance/within.js";
import { startWorld } from "../conformance/world.js";
import { answersIn } from "./answers.js";
import { complaintOf } from "./judge.js";
import { type Attack, attacksFrom } from "./random-request.js";
import { send } from "./send.js";

/** `RUNS` and `SEED` are meant for `npm run test:fuzz`. */
const total = Number(process.env["RUNS"] ?? 2_000);
const seed = Number(process.env["SEED"] ?? 1);
/** The number of concurrent attackers, and of attacks between two events. */
const width = 24;
const every = 20;

/** The adapters without another part of an application in front. */
const served = adapters.filter(({ name, parsesBodies }) => !parsesBodies && name !== "express deep in routers");
const show = ({ bytes }: Attack) => JSON.stringify(bytes.toString("latin1").slice(0, 1_500));

async function startTarget(adapter: Adapter) {
  const world = await startWorld(adapter, {
    limits: { inputBytes: 20_000 },
    counter: async () => {
      const { epoch, offset, mark } = await headOf(world.log, "own/counter");
      return { state: { sum: 0, last: 0 }, cursor: `${epoch}.${offset}.${mark}` };
    },
  });
  return world;
}

async function attack(port: number, one: Attack): Promise<void> {
  const text = await send(port, one);
  for (const answer of answersIn(text)) {
    const complaint = complaintOf(answer);
    if (complaint === undefined) continue;
    throw new Error(`An answer to ${show(one)} ${complaint}:\n${JSON.stringify(answer).slice(0, 2_000)}`);
  }
}

it.each(served.map((adapter) => [adapter.name, adapter] as const))(
  `%s answers whatever is sent, and serves others all the while, SEED=${seed}`,
  async (_name, adapter) => {
    const world = await startTarget(adapter);
    const client = createClient(world.contract, { url: world.url, linger: 0 });
    const got: number[] = [];
    const states: string[] = [];
    const stop = client.feed.head.subscribe(undefined, {
      onEvent: ({ data }) => void got.push(data.n),
      onConnection: ({ status }) => void states.push(status),
    });
    onTestFinished(stop);
    await eventually(() => expect(states.at(-1)).toBe("live"));

    const next = attacksFrom(seeded(seed), world.base);
    const quota = Math.ceil(total / served.length);
    let sent = 0;
    let published = 0;
    const attacker = async () => {
      while (sent < quota) {
        if (++sent % every === 0) await world.topic(world.contract.feed.head).publish(posts(++published));
        await attack(world.port, next());
      }
    };
    await Promise.all(Array.from({ length: width }, attacker));

    await eventually(() => expect(got.length).toBe(published));
    expect(got).toEqual(range(1, published));
    expect(states).toEqual(["connecting", "live"]);
    expect(world.reports).toEqual([]);
    expect(Object.prototype).not.toHaveProperty("polluted");
    stop();
    await eventually(() => expect([world.parts.admission.streams.size, world.log.watchers]).toEqual([0, 0]));
  },
  20_000 + total * 20,
);
