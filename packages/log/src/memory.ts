import type { Log } from "./log.js";
import { openMemoryLog } from "./memory/engine.js";
import { namedLog } from "./memory/named-logs.js";
import { warnOfSeveralProcesses } from "./memory/one-process.js";
import { type MemoryLogOptions, resolveOptions } from "./memory/options.js";
import { Topics } from "./memory/topics.js";

export type { MemoryLogOptions } from "./memory/options.js";

/**
 * A log in the memory of this process: the default engine, for a single process and for tests. Each process has its own, so
 * subscribers get nothing that another process publishes. If the process seems to be one of several (`node:cluster`, pm2's
 * `NODE_APP_INSTANCE`), a warning is printed once. A restart loses the log, and readers are told: each life of a topic has
 * another epoch.
 *
 * It has no timers and nothing to close: each call ages and frees a few topics. Watchers are called in a microtask after the
 * append. One that throws is reported on `console.error`, and affects no other watcher.
 *
 * @throws RangeError if a number is not allowed, and TypeError if an option has the wrong type, is unknown, or differs from
 * the options that the log of this name was made with. The message names the option, the given value and what is allowed.
 *
 * @example
 * ```ts
 * const log = memoryLog({ name: "app", retain: { events: 1_000, age: 10 * 60_000 } });
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
