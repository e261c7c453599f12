import type { Retention } from "../log.js";
import { checkLimit, checkNames, fail, limits } from "./check-options.js";
import { Retentions } from "./retentions.js";

/** How long a topic remembers idempotency keys. Keys beyond either limit are forgotten, the oldest first. */
export interface DedupeOptions {
  /** Milliseconds from the first append with a key. Default: `600_000` (10 minutes). */
  readonly age: number;
  /** Number of keys per topic. Default: `10_000`. */
  readonly keys: number;
}

/** Options of `memoryLog`. All numbers are whole, at least 1, or `Infinity` for no limit. */
export interface MemoryLogOptions {
  /**
   * Makes the log the only one of this name in the process. Each call with the same name returns the same log, even if a bundler or a
   * reload evaluates the module several times, or several copies of a package are loaded. All calls must have the same options.
   * Default: none, a new log.
   */
  readonly name?: string;
  /** How much of a topic is kept, unless an append says otherwise (`AppendOptions.retain`). */
  readonly retain?: Partial<Retention>;
  /** How long a retried append is recognized by its key. */
  readonly dedupe?: Partial<DedupeOptions>;
  /**
   * Milliseconds after its last use at which an unused topic is freed: one without watchers, entries, keys, state, record and
   * held lease. Its next life has a new epoch. Of the topics that were never written to, only the 10,000 used last are
   * remembered, with their leases. Default: `600_000` (10 minutes).
   */
  readonly idle?: number;
  /**
   * The clock, in milliseconds since the Unix epoch. If it goes back, time stands still meanwhile. Default: the machine's time at
   * the start of the process, plus the time since then by a monotonic clock.
   */
  readonly now?: () => number;
}

export interface MemorySettings {
  readonly retentions: Retentions;
  readonly dedupe: DedupeOptions;
  readonly idle: number;
  readonly now: () => number;
}

const minute = 60_000;
const defaultRetention: Retention = {
  events: 10_000,
  bytes: 16 * 1024 * 1024,
  age: 60 * minute,
  stateTtl: Number.POSITIVE_INFINITY,
};
const defaultDedupe: DedupeOptions = { age: 10 * minute, keys: 10_000 };

const optionNames: Readonly<Record<keyof MemoryLogOptions, true>> = {
  name: true,
  retain: true,
  dedupe: true,
  idle: true,
  now: true,
};

/** Monotonic, because ages and leases depend on it, and the machine's clock may be set at any time. */
const systemNow = (): number => Math.floor(performance.timeOrigin + performance.now());

export function resolveOptions(options: MemoryLogOptions): MemorySettings {
  checkNames("", options, optionNames);
  const { name, idle = 10 * minute, now = systemNow } = options;
  if (name !== undefined && (typeof name !== "string" || name === ""))
    fail(TypeError, "name", name, "a text, not empty");
  checkLimit("idle", idle);
  if (typeof now !== "function") fail(TypeError, "now", now, "a function that returns milliseconds");
  return {
    retentions: new Retentions(limits("retain", defaultRetention, options.retain)),
    dedupe: limits("dedupe", defaultDedupe, options.dedupe),
    idle,
    now,
  };
}
