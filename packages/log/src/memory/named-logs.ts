import type { Log } from "../log.js";
import type { MemoryLogOptions } from "./options.js";

interface NamedLog {
  readonly log: Log;
  /** What it was made with, as text. */
  readonly options: string;
}

/** Shared by all copies of this package in the process; another number where what it holds is another. */
const key = Symbol.for("sluice.memoryLogs/1");

function namedLogs(): Map<string, NamedLog> {
  const shared = globalThis as { [key]?: Map<string, NamedLog> };
  shared[key] ??= new Map();
  return shared[key];
}

/**
 * The process's log of this name, opened by whoever asks first.
 *
 * @throws TypeError if it was opened with other options: one of the two would count for nothing.
 */
export function namedLog(name: string, options: MemoryLogOptions, open: () => Log): Log {
  const logs = namedLogs();
  const text = textOf(options);
  const known = logs.get(name);
  if (!known) {
    const log = open();
    logs.set(name, { log, options: text });
    return log;
  }
  if (known.options === text) return known.log;
  throw new TypeError(
    `memoryLog: the log ${JSON.stringify(name)} was made with the options ${known.options}; got ${text}. ` +
      "Give the same ones everywhere, or another name.",
  );
}

/** Whether `memoryLog({ name })` made this log: it then outlives the module that asked for it. */
export function isNamedLog(log: Log): boolean {
  for (const known of namedLogs().values()) if (known.log === log) return true;
  return false;
}

/** Functions are made anew wherever a module is evaluated: of the clock it counts whether there is one. */
const textOf = (options: MemoryLogOptions): string =>
  JSON.stringify(options, (_name, value: unknown) => {
    if (typeof value === "function") return "a function";
    if (value === Number.POSITIVE_INFINITY) return "Infinity";
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
