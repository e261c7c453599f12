import type { Clock as ClientClock } from "@sluice/client";
import type { Clock as ServerClock } from "@sluice/server";

/** The speed of a model run's time relative to real time: a heartbeat of 2 s every 100 ms. */
const speed = 20;

/** Accelerated real time for both ends. It is the same in all processes. */
export const scaledClock: ClientClock & ServerClock = {
  now: () => Math.round((performance.timeOrigin + performance.now()) * speed),
  setTimeout: (run, ms) => setTimeout(run, ms / speed),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout),
  setInterval: (run, ms) => setInterval(run, ms / speed).unref(),
  clearInterval: (timer) => clearInterval(timer as NodeJS.Timeout),
};
