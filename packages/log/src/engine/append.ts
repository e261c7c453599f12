import type { Appended, AppendOptions, Conflict, LogEvent, Retention } from "../log.js";
import { byteLength } from "./byte-length.js";
import { checkText } from "./check-text.js";
import { checkLease } from "./lease.js";
import { read } from "./read.js";
import type { EngineTopic } from "./topic.js";

/** Maximum number of entries in the answer to a conflict. */
const mostSince = 512;

interface Moment {
  readonly now: number;
  /** The one that the append gives. */
  readonly retention: Retention | undefined;
}

/** Appends to a topic, as the port says. The engine has checked the arguments (`checkAppend`), and has the topic for itself. */
export function append(
  name: string,
  topic: EngineTopic,
  events: readonly LogEvent[],
  { now, retention }: Moment,
  options: AppendOptions = {},
): Appended | Conflict {
  const { idempotencyKey: key, after, stateful, record, ttl, lease } = options;
  const first = key === undefined ? undefined : topic.findKey(key);
  if (!first && (after || lease)) {
    if (!mayAppend(name, topic, now, lease)) return { ok: false, reason: "leased" };
    if (after && !topic.endsAt(after)) return { ok: false, reason: "moved", since: read(topic, after, mostSince) };
  }
  if (first) return { ok: true, duplicate: true, cursor: first, lease: lease && topic.lease.of(name, lease, now) };
  if (stateful) topic.stateful = true;
  const before = topic.head;
  const entries = events.map((event) => topic.append(event, now));
  if (key !== undefined) topic.rememberKey(key, topic.head, now);
  if (record !== undefined) topic.record = record;
  if (ttl !== undefined) topic.ttl = ttl;
  if (retention !== undefined) topic.retention = retention;
  const held = lease && topic.lease.take(name, lease, now);
  topic.retain(now);
  topic.notify(before, entries);
  return { ok: true, duplicate: false, cursor: topic.head, before, entries, lease: held };
}

/** Whether the topic's lease allows an append with `lease`, or with `after` alone. Changes nothing: the topic may have moved. */
function mayAppend(name: string, { lease: state }: EngineTopic, now: number, lease: AppendOptions["lease"]): boolean {
  if (!lease) return !state.isHeld(now);
  return state.of(name, lease, now) !== undefined || (!("token" in lease) && !state.isHeld(now));
}

/** Checks everything before anything changes: a batch is appended as a whole or not at all. */
export function checkAppend(events: readonly LogEvent[], options: AppendOptions = {}): void {
  checkEvents(events);
  checkOptions(options);
}

function checkEvents(events: readonly LogEvent[]): void {
  if (events.length === 0) throw new RangeError("An append needs at least one event; got an empty array.");
  for (const { type, data } of events) {
    checkText("An event's type", type);
    checkText("An event's data", data);
  }
}

/** Maximum bytes of a topic's record. */
const longestRecord = 1_024;

function checkOptions({ idempotencyKey, record, ttl, lease }: AppendOptions): void {
  if (idempotencyKey !== undefined) checkText("An idempotency key", idempotencyKey);
  if (record !== undefined) checkText("A topic's record", record);
  const length = record === undefined ? 0 : byteLength(record);
  if (length > longestRecord) {
    throw new RangeError(`A topic's record may have ${longestRecord} bytes; got one of ${length}.`);
  }
  if (lease !== undefined) checkLease(lease);
  if (ttl === undefined || ttl === Number.POSITIVE_INFINITY || (Number.isSafeInteger(ttl) && ttl >= 1)) return;
  throw new RangeError(`ttl must be a whole number of at least 1, or Infinity; got ${ttl}`);
}
