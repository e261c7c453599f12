import type { Job } from "./job.ts";

/** Validated, encoded and appended to the log, for nobody; beside it what zod takes alone. */
export const publish: Job = {
  name: "publish",
  title: "`publish` of a validated event without subscribers (baseline: zod's parse alone)",
  unit: "µs each",
  targets: ["zod", "sluice"],
  serving: () => ({ kind: "live" }),
  async sample({ server, quick, cpu }) {
    const events = quick ? 20_000 : 300_000;
    await server.call("publish", { events });
    await server.call("collect");
    return (await cpu(() => server.call("publish", { events }))) / events;
  },
};
