import { checkNames, type NamesOf } from "@sluice/contract";

/** Bounds that hold for every client. */
export interface Limits {
  /** Open streams of this process; one more is answered 503. Default: 10,000. */
  readonly connections: number;
  /**
   * Open streams of one client; one more is answered 429. Counts only where the adapter's `identify` says who a client is: a
   * proxy's address must not throttle everybody behind it. Default: 100.
   */
  readonly connectionsPerClient: number;
  /**
   * How often in a minute one client may open a topic that nobody follows in this process; once more is answered 429. Counts only
   * where `identify` says who a client is. Default: 1,000.
   */
  readonly newTopicsPerClient: number;
  /**
   * Milliseconds that a stream stays open, less a random part of up to a fifth, so that load balancers get to spread clients anew.
   * Then its client is told to open another one, which costs it nothing: events go on until that is open, and none is lost or
   * comes twice. One that hasn't after 5 seconds is cut. Plain generators, which a cut would end, are left alone. Default:
   * 3,600,000, an hour.
   */
  readonly connectionLife: number;
  /**
   * Most events that a subscriber is caught up with. One that comes back to more, or gets further behind the head while its
   * socket is full, is told by a `$reset` of reason `limit`: it goes on with a fresh state or, where there is none, as `onGap`
   * says. Who is new gets all that `start` says, and who reads in this process all that there is. Default: 100,000.
   */
  readonly catchUpEvents: number;
  /**
   * Most bytes of events that are handed to a socket at once. Whatever is left when it is full stays in the log until it drains, so
   * about this much waits here, beside what Node takes before it says so: the `highWaterMark` of `createServer`, by default 16 Ki
   * on Node 20 and 64 Ki since Node 22. An event that is longer goes whole. At least 1,024. Default: 64 Ki.
   */
  readonly bufferedBytes: number;
  /**
   * Most bytes of snapshots that sockets have yet to take, of states longer than 16 Ki. Whoever comes then is answered 503, and comes
   * again; one snapshot goes through in any case. Those folded from the log are shared, two of a topic at most, and count once; those
   * of a procedure's own `snapshot` count for each subscriber. Default: 128 Mi.
   */
  readonly snapshotBytes: number;
  /** Longest request body or `input` parameter, in bytes. A longer one is answered 413. Default: 1 Mi. */
  readonly inputBytes: number;
  /**
   * Longest event, in characters of JSON; `publish` of a longer one throws a RangeError, and a generator that yields one ends as
   * `internal`. Default: 1 Mi.
   */
  readonly eventLength: number;
}

const defaults: Limits = {
  connections: 10_000,
  connectionsPerClient: 100,
  newTopicsPerClient: 1_000,
  connectionLife: 60 * 60_000,
  catchUpEvents: 100_000,
  bufferedBytes: 64 * 1024,
  snapshotBytes: 128 * 1024 * 1024,
  inputBytes: 1024 * 1024,
  eventLength: 1024 * 1024,
};

const least: Partial<Limits> = { bufferedBytes: 1024 };

const names = Object.fromEntries(Object.keys(defaults).map((name) => [name, true])) as NamesOf<Limits>;

/** @throws RangeError naming the limit, what was given and what is allowed; TypeError for one that isn't there. */
export function limitsFrom(given: Partial<Limits> = {}): Limits {
  checkNames("createSluice", given, names, { at: "limits.", kind: "limit" });
  const limits: Record<string, number> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const minimum = least[name as keyof Limits] ?? 1;
    if (!(Number.isInteger(value) && value >= minimum)) {
      const allowed = minimum > 1 ? `from ${minimum} on` : "above 0";
      throw new RangeError(`limits.${name} is ${value}; allowed are whole numbers ${allowed}.`);
    }
    limits[name] = value;
  }
  return limits as unknown as Limits;
}
