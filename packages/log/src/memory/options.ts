/**
 * What is kept of a topic. Entries beyond `events`, `bytes` or `age` go, oldest first; of a topic with state only those
 * that its saved snapshot covers.
 */
export interface Retention {
  /** Number of entries; at least 1. Default: `10_000`. */
  readonly events: number;
  /** UTF-8 bytes of the entries' types and data. The newest entry stays, whatever its size. Default: 16 MiB. */
  readonly bytes: number;
  /** Age in milliseconds that an entry may reach. Default: `3_600_000` (1 hour). */
  readonly age: number;
  /**
   * Milliseconds after which a topic with state is freed whole, with its entries, snapshot and idempotency keys. They
   * count from the last append or, if that was later, from when the last watcher went: a topic that is watched stays.
   * Reads, retried appends and saved snapshots don't prolong them, so whoever reads a topic that has had its time finds
   * its next life, which has a new epoch and no state. Topics without state aren't concerned. Default: `Infinity`.
   */
  readonly stateTtl: number;
}

/** How long a topic remembers idempotency keys. What goes beyond either goes, oldest first. */
export interface DedupeOptions {
  /** Milliseconds from the first append with a key. Default: `600_000` (10 minutes). */
  readonly age: number;
  /** Number of keys per topic. Default: `10_000`. */
  readonly keys: number;
}

/** Options of `memoryLog`. All numbers are whole, at least 1, or `Infinity` for no limit. */
export interface MemoryLogOptions {
  /**
   * Makes it the process's one log of this name: whoever asks for it by the same name gets the same log, however often a bundler
   * or a reload evaluates the module, or a package is loaded. All must ask for it with the same options. Default: none, a log of
   * its own.
   */
  readonly name?: string;
  /** What is kept of each topic. */
  readonly retain?: Partial<Retention>;
  /** What is kept of the topics of single procedures, by path (`"scores/watch"`), over `retain`. */
  readonly overrides?: Readonly<Record<string, Partial<Retention>>>;
  /** The window in which a retried append is recognised by its key. */
  readonly dedupe?: Partial<DedupeOptions>;
  /**
   * Milliseconds after its last use at which a topic is freed that nobody watches, that holds no entry, no key and no
   * state. Its next life has a new epoch. Of those that nobody has ever written to, the 10,000 that were used last are
   * remembered. Default: `600_000` (10 minutes).
   */
  readonly idle?: number;
  /**
   * The clock, in milliseconds since the Unix epoch. What has passed while it went back counts for nothing. Default: the machine's
   * time at the process's start, and what has passed since by a clock that nobody can set.
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

/** Timers and ages go by it: an NTP server, or somebody, may set the machine's clock by any time. */
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
