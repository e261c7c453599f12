import { setTimeout as sleep } from "node:timers/promises";
import type { Bench, Job } from "./job.ts";

const sizes = [12, 50, 200];
const [first, ...others] = sizes.map((size) => `sluice-lanes@${size}`) as [string, ...string[]];
/** Milliseconds that middleware waits, in the variants that have one. */
const delay = 5;

/** A client whose set has changed: it opens all lanes anew, with its cursors. */
export const merge: Job = {
  name: "merge",
  title: "reopening all lanes of a client, 12, 50 and 200",
  unit: "µs each",
  targets: [first, ...others, ...sizes.map((size) => `corked-lanes@${size}`)],
  serving: (_, size) => ({ kind: "lanes", lanes: Number(size), resumes: true }),
  async sample({ server, load, quick, cpu }) {
    const count = quick ? 20 : 300;
    await load.call("open", { count: 32 });
    for (let warmUp = 0; warmUp < 3; warmUp++) await reopen(load, count);
    await server.call("collect");
    return (await cpu(() => load.call("open", { count }))) / count;
  },
};

/** A stream of one lane, opened and closed by a client that has 12, 50 or 200 open. It costs the same. */
export const newcomer: Job = {
  name: "newcomer",
  title: `a newcomer's stream beside 12, 50 and 200 lanes, without and with a middleware that awaits ${delay} ms`,
  unit: "µs each",
  targets: [first, ...others, ...[first, ...others].map((target) => `${target}+${delay}ms`)],
  serving: (_, variant) => {
    const [size, awaited] = variant.split("+");
    return { kind: "lanes", lanes: Number(size), resumes: true, ...(awaited ? { delay } : {}) };
  },
  async sample({ server, load, quick, cpu }) {
    const clients = quick ? 20 : 200;
    const rounds = quick ? 1 : 8;
    const comeAndGo = async () => {
      for (let round = 0; round < rounds; round++) {
        await load.call("openNewcomers", { count: clients });
        await load.call("close", { count: clients });
      }
    };
    await load.call("open", { count: clients });
    await comeAndGo();
    await sleep(100);
    await server.call("collect");
    return (await cpu(comeAndGo)) / clients / rounds;
  },
};

async function reopen(load: Bench["load"], count: number): Promise<void> {
  await load.call("open", { count });
  await load.call("close", { count });
  await sleep(100);
}
