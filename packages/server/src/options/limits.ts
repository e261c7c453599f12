import { checkNames, type NamesOf, shown } from "@sluice/contract/internal";

/** Limits that apply to every client. */
export interface Limits {
  /** Open streams in this process; a multiplexed one counts once. One more is answered 503. Default: 10,000. */
  readonly streams: number;
  /**
   * Open streams of one client. One more is answered 429. Applies only where the adapter's `identify` names the client:
   * the address of a proxy must not throttle everyone behind it. Default: 100.
   */
  readonly streamsPerClient: number;
  /**
   * Subscriptions on multiplexed streams in this process, those that are being opened included. One more is refused with
   * `unavailable`, in its lane. Default: 200,000.
   */
  readonly subscriptions: number;
  /**
   * Subscriptions on one multiplexed stream. A request with more is answered 413, with this number, and the client spreads
   * them over several streams. Default: 1,000.
   */
  readonly subscriptionsPerStream: number;
  /**
   * Subscriptions of one client on its multiplexed streams, those that are being opened included. One more is refused with
   * `tooManyRequests`; the others are served. Applies only where the adapter's `identify` names the client. A client that
   * changes its streams has a subscription twice for a moment, so allow for twice as many as it needs. Default: 5,000.
   */
  readonly subscriptionsPerClient: number;
  /**
   * How often per minute one client may open a topic that has no subscriber in this process. One more is answered 429.
   * Applies only where `identify` names the client. Default: 5,000.
   */
  readonly newTopicsPerClient: number;
  /**
   * Milliseconds that a stream stays open, minus a random part of up to one fifth, so that load balancers can
   * redistribute clients. The server then asks the client to open another stream. Events continue until it is open;
   * none is lost or duplicated. A client that has not reopened after 5 seconds is cut. Plain generators are exempt: a
   * cut would end them. Default: 3,600,000, one hour.
   */
  readonly streamLife: number;
  /**
   * Most events that a subscriber catches up on. If it resumes further behind the head than this, or falls further
   * behind while its socket is full, it gets a `$reset` with reason `limit`. It goes on with a fresh state or, without
   * state, as `onGap` says. A new subscriber gets all that `start` says.
   * Default: 100,000.
   */
  readonly catchUpEvents: number;
  /**
   * Most bytes of events that are written to a socket at once. The rest stays in the log until the socket drains. So
   * about this much is buffered here, besides what Node accepts before it reports a full socket: the `highWaterMark` of
   * `createServer`, by default 16 Ki on Node 20 and 64 Ki since Node 22. A longer event is written whole. At least
   * 1,024. Default: 64 Ki.
   */
  readonly bufferedBytes: number;
  /**
   * Most bytes of snapshots that sockets have not taken yet, of states longer than 16 Ki. Beyond it, a new subscriber
   * is answered 503 and retries; one snapshot is always allowed. Snapshots folded from the log are shared, at most two
   * per topic, and count once. Those of a procedure's own `snapshot` count once per subscriber. Default: 128 Mi.
   */
  readonly snapshotBytes: number;
  /** Longest request body or `input` parameter, in bytes. A longer one is answered 413. Default: 1 Mi. */
  readonly inputBytes: number;
  /**
   * Longest event, in characters of JSON. `publish` throws a RangeError for a longer one; a generator that yields one
   * ends with `internal`. Default: 1 Mi.
   */
  readonly eventLength: number;
}

const defaults: Limits = {
  streams: 10_000,
  streamsPerClient: 100,
  subscriptions: 200_000,
  subscriptionsPerStream: 1_000,
  subscriptionsPerClient: 5_000,
  newTopicsPerClient: 5_000,
  streamLife: 60 * 60_000,
  catchUpEvents: 100_000,
  bufferedBytes: 64 * 1024,
  snapshotBytes: 128 * 1024 * 1024,
  inputBytes: 1024 * 1024,
  eventLength: 1024 * 1024,
};

const minimums: Partial<Limits> = { bufferedBytes: 1024 };

const names = Object.fromEntries(Object.keys(defaults).map((name) => [name, true])) as NamesOf<Limits>;

/** @throws RangeError that names the limit, the given value and the allowed range; TypeError for an unknown limit. */
export function limitsFrom(given: Partial<Limits> = {}): Limits {
  checkNames("createSluice", given, names, { at: "limits.", kind: "limit" });
  const limits: Record<string, number> = { ...defaults };
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const minimum = minimums[name as keyof Limits] ?? 1;
    if (!(Number.isInteger(value) && value >= minimum)) {
      throw new RangeError(`limits.${name} is ${shown(value)}; allowed are whole numbers of at least ${minimum}.`);
    }
    limits[name] = value;
  }
  return limits as unknown as Limits;
}
