import type { Job } from "./job.ts";

/** A server is killed, and another one takes its place: all clients come back at once, to a process that is cold. */
export const storm: Job = {
  name: "storm",
  title: "5,000 clients come back after a restart: until all are live",
  unit: "ms",
  also: [{ name: "storm-cpu", title: "5,000 clients come back after a restart: CPU", unit: "µs each" }],
  targets: ["baseline", "sluice", "sluice-sqlite", "sluice-redis"],
  hasStore: true,
  serving: (_quick, _variant, store) => ({ kind: "live", resumes: true, ...(store && { store }) }),
  async sample({ load, quick, restart }) {
    const count = quick ? 200 : 5_000;
    await load.call("open", { count });
    const back = load.call("comeBack");
    back.catch(() => {}); // it is awaited below
    const server = await restart();
    const start = performance.now();
    const before = await server.call("cpu");
    await back;
    const ms = performance.now() - start;
    return [ms, ((await server.call("cpu")) - before) / count];
  },
};
