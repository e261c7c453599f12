import type { Log } from "@sluice/server";

/** A log as far away as another process: what is asked of it takes a turn of the event loop to get there, and one to be answered. */
export function lateLog(log: Log): Log {
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const late =
    <Args extends unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) =>
    async (...args: Args): Promise<Answer> => {
      await turn();
      // A failure takes as long as an answer.
      return ask(...args).finally(turn);
    };
  const calls = Object.entries(log).filter(([name, call]) => typeof call === "function" && name !== "watch");
  const called = Object.fromEntries(calls.map(([name, call]) => [name, late(call as () => Promise<unknown>)]));
  // What is told to watchers is told when it happens: a wake-up that comes before an answer is nothing new to anybody.
  return { ...log, ...called };
}
