import type { Retention } from "../log.js";
import type { OptionChecks } from "./check-options.js";
import { Retentions } from "./retentions.js";

/** How long a topic remembers idempotency keys. Keys beyond either limit are forgotten, the oldest first. */
export interface DedupeOptions {
  /** Milliseconds from the first append with a key. Default: `600_000` (10 minutes). */
  readonly age: number;
  /** Number of keys per topic. Default: `10_000`. */
  readonly keys: number;
}

/** Options that engines have in common. All numbers are whole, at least 1, or `Infinity` for no limit. */
export interface EngineOptions {
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

export interface EngineSettings {
  readonly retentions: Retentions;
  readonly dedupe: DedupeOptions;
  readonly idle: number;
  readonly now: () => number;
}

/** The names of `EngineOptions`, for `OptionChecks.names`. */
export const engineOptionNames: Readonly<Record<keyof EngineOptions, true>> = {
  retain: true,
  dedupe: true,
  idle: true,
  now: true,
};

const minute = 60_000;
const defaultRetention: Retention = {
  events: 10_000,
  bytes: 16 * 1024 * 1024,
  age: 60 * minute,
  stateTtl: Number.POSITIVE_INFINITY,
};
const defaultDedupe: DedupeOptions = { age: 10 * minute, keys: 10_000 };

/** Monotonic, because ages and leases depend on it, and the machine's clock may be set at any time. */
const systemNow = (): number => Math.floor(performance.timeOrigin + performance.now());

/** The options with their defaults. The engine checks the names, because it has options of its own. */
export function resolveEngineOptions(
  { retain, dedupe, idle = 10 * minute, now = systemNow }: EngineOptions,
  checks: OptionChecks,
): EngineSettings {
  checks.limit("idle", idle);
  if (typeof now !== "function") checks.fail(TypeError, "now", now, "a function that returns milliseconds");
  return {
    retentions: new Retentions(checks.limits("retain", defaultRetention, retain), checks),
    dedupe: checks.limits("dedupe", defaultDedupe, dedupe),
    idle,
    now,
  };
}
