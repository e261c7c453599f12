import type { Job } from "./job.ts";

const title = "publish in one server, delivery by another one (baseline: Redis pub/sub, nothing kept)";
const name = "engines-delivery";

/** One client of one server, and another server that publishes; both are loaded by nothing else. */
export const engineDelivery: Job = {
  name,
  title: `${title}, p50`,
  unit: "ms",
  also: [{ name: `${name}-p99`, title: `${title}, p99`, unit: "ms" }],
  targets: ["redis-relay", "sluice-redis", "sqlite-poll", "sluice-sqlite"],
  hasStore: true,
  hasPeer: true,
  serving: (_quick, _variant, store) => ({ kind: "live", ...(store && { store }) }),
  async sample({ server, load, quick }) {
    const warmUp = quick ? 20 : 200;
    const events = warmUp + (quick ? 50 : 1_000);
    const arriving = load.call("delays", { events });
    await new Promise((resolve) => setTimeout(resolve, 500)); // until its stream is open and watched
    await server.call("publishStamped", { events, every: 4 });
    const delays = (await arriving).slice(warmUp).toSorted((one, other) => one - other);
    return [0.5, 0.99].map((share) => delays[Math.floor(delays.length * share)] as number);
  },
};
