import type { Log } from "@sluice/server";

/** Watchers and listeners are called without delay: a wake-up may always come before an answer. */
const told = ["watch", "onStatus"];

/** A log with the latency of another process: each call and each answer takes a turn of the event loop. */
export function lateLog(log: Log): Log {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const late =
    <Args extends unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      await turn();
      // A failure takes as long as an answer.
      return ask(...args).finally(turn);
    };
  const calls = Object.entries(log).filter(([name, call]) => typeof call === "function" && !told.includes(name));
  const called = Object.fromEntries(calls.map(([name, call]) => [name, late(call as () => Promise<unknown>)]));
  return { ...log, ...called };
}
