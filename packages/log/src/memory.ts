import type { Log } from "./log.js";
import { openMemoryLog } from "./memory/engine.js";
import { namedLog } from "./memory/named-logs.js";
import { warnOfSeveralProcesses } from "./memory/one-process.js";
import { type MemoryLogOptions, resolveOptions } from "./memory/options.js";
import { Topics } from "./memory/topics.js";

export type { MemoryLogOptions, Retention } from "./memory/options.js";

/**
 * A log that lives in this process's memory: the default engine, for one process and for tests. Of several processes each has
 * its own, so what one publishes reaches no subscriber of another: a warning is printed, once, where that can be seen
 * (`node:cluster`, pm2's `NODE_APP_INSTANCE`). A restart loses it, and readers are told so, because every life of a topic has
 * an epoch of its own.
 *
 * It has no timers and nothing to close. Ageing, forgetting and freeing happen a little with every call. Appends made
 * without waiting for each other are ordered as they were called. Listeners given to `watch` are called in a microtask
 * after the append; they must not throw, and one that does is reported on `console.error` and harms nobody else.
 *
 * @throws RangeError if an option is a number that is not allowed, TypeError if it is of the wrong type, isn't there, or differs
 * from those that the log of this name was made with; the message names the option, what was given and what is allowed.
 *
 * @example
 * ```ts
 * const log = memoryLog({
 *   name: "app",
 *   retain: { events: 1_000, age: 10 * 60_000 },
 *   overrides: { "prices/ticks": { events: 100 }, "scores/watch": { stateTtl: 24 * 60 * 60_000 } },
 * });
 * ```
 */
export function memoryLog(options: MemoryLogOptions = {}): Log {
  const settings = resolveOptions(options);
  const open = () => {
    warnOfSeveralProcesses();
    return openMemoryLog(new Topics(settings));
  };
  return options.name === undefined ? open() : namedLog(options.name, options, open);
}
