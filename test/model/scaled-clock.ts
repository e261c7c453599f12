import type { Clock as ClientClock } from "@sluice/client";
import type { Clock as ServerClock } from "@sluice/server";

/** How much faster than the machine's the time of a model run goes: a heartbeat of 2 s every 100 ms. */
const speed = 20;

/** The machine's time, only faster, for both ends, and the same in all processes. */
export const scaledClock: ClientClock & ServerClock = {
  now: () => Math.round((performance.timeOrigin + performance.now()) * speed),
  setTimeout: (run, ms) => setTimeout(run, ms / speed),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  setInterval: (run, ms) => setInterval(run, ms / speed).unref(),
  clearInterval: (timer) => clearInterval(timer as NodeJS.Timeout),
};
