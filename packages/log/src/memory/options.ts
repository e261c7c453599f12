/**
 * How much of a topic is kept. Entries beyond `events`, `bytes` or `age` are trimmed, the oldest first; of a topic with state only
 * those that its saved snapshot covers.
 */
export interface Retention {
  /** Number of entries; at least 1. Default: `10_000`. */
  readonly events: number;
  /** UTF-8 bytes of the entries' types and data. The newest entry is always kept. Default: 16 MiB. */
  readonly bytes: number;
  /** Maximum age of an entry in milliseconds. Default: `3_600_000` (1 hour). */
  readonly age: number;
  /**
   * Milliseconds after which the whole of a topic with state is freed: entries, snapshot, idempotency keys and lease. The time
   * counts from the last append or, if that is later, from when the last watcher left; a watched topic is not freed. Reads,
   * retried appends, saved snapshots and leases do not extend it. After that, readers find the topic's next life, with a new epoch
   * and no state. Does not apply to topics without state. Default: `Infinity`.
   */
  readonly stateTtl: number;
}

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
  /** How much of each topic is kept. */
  readonly retain?: Partial<Retention>;
  /** How much of the topics of single procedures is kept, by path (`"scores/watch"`). Overrides `retain`. */
  readonly overrides?: Readonly<Record<string, Partial<Retention>>>;
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
  readonly retentionOf: (topic: string) => Retention;
  readonly dedupe: DedupeOptions;
  readonly idle: number;
  readonly now: () => number;
  /** Paths that there are overrides for. */
  readonly paths: readonly string[];
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
  overrides: true,
  dedupe: true,
  idle: true,
  now: true,
};

/** Monotonic, because ages and leases depend on it, and the machine's clock may be set at any time. */
const systemNow = (): number => Math.floor(performance.timeOrigin + performance.now());

export function resolveOptions(options: MemoryLogOptions): MemorySettings {
  checkNames("", options, optionNames);
  const { name, overrides = {}, idle = 10 * minute, now = systemNow } = options;
  if (name !== undefined && (typeof name !== "string" || name === ""))
    fail(TypeError, "name", name, "a text, not empty");
  const retain = limits("retain", defaultRetention, options.retain);
  checkObject("overrides", overrides);
  // A map, because a path may be called `constructor`.
  const byPath = new Map(
    Object.entries(overrides).map(([path, given]) => {
      if (path.includes("?")) fail(TypeError, "a key of overrides", path, 'the path of a procedure, without "?"');
      return [path, limits(`overrides[${JSON.stringify(path)}]`, retain, given)];
    }),
  );
  checkLimit("idle", idle);
  if (typeof now !== "function") fail(TypeError, "now", now, "a function that returns milliseconds");
  return {
    retentionOf: (topic) => byPath.get(pathOf(topic)) ?? retain,
    dedupe: limits("dedupe", defaultDedupe, options.dedupe),
    idle,
    now,
    paths: [...byPath.keys()],
  };
}

/** A topic is `path` or `path?canonicalJson`. */
function pathOf(topic: string): string {
  const end = topic.indexOf("?");
  return end === -1 ? topic : topic.slice(0, end);
}

function limits<T extends object>(name: string, defaults: T, given: Partial<T> = {}): T {
  checkNames(name, given, defaults);
  const merged = { ...defaults };
  for (const key of Object.keys(defaults) as (keyof T & string)[]) {
    merged[key] = given[key] ?? defaults[key];
    checkLimit(`${name}.${key}`, merged[key]);
  }
  return merged;
}

function checkNames(at: string, given: object, names: object): void {
  checkObject(at || "options", given);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(names, name)) continue;
    const there = Object.keys(names).join(", ");
    throw new TypeError(`memoryLog: ${at && `${at}.`}${name} is not a known option; known options are ${there}.`);
  }
}

function checkObject(name: string, given: unknown): void {
  if (typeof given !== "object" || given === null) fail(TypeError, name, given, "an object");
}

function checkLimit(name: string, given: unknown): void {
  const allowed = "a whole number of at least 1, or Infinity";
  if (typeof given !== "number") fail(TypeError, name, given, allowed);
  if (given !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(given) && given >= 1)) {
    fail(RangeError, name, given, allowed);
  }
}

function fail(Kind: ErrorConstructor, name: string, given: unknown, allowed: string): never {
  const shown = typeof given === "string" ? JSON.stringify(given) : String(given);
  throw new Kind(`memoryLog: ${name} must be ${allowed}; got ${shown}`);
}
