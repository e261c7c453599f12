import type { Cursor, LeaseRequest, ReadGap, ReadPage } from "@sluice/log";
import { delay } from "../time/delay.js";
import type { Lifetime } from "../time/lifetime.js";
import { isStray, logged } from "../topic/entry.js";
import { encodeRecord, hasRun, recordOf } from "./record.js";
import type { RunRequest, RunSources } from "./run-request.js";
import { leaseTtl } from "./run-times.js";
import { backoff, isUnknown } from "./store-away.js";

/** A run whose beginning is in the log. */
export interface Begun {
  readonly cursor: Cursor;
  /** Asks for the run's lease, which it holds. */
  readonly lease: LeaseRequest;
  /** What a read from the topic's beginning returns. `undefined` if the log's answer was lost. */
  readonly page: ReadPage | undefined;
}

/**
 * Milliseconds that the log keeps the topic of a run without an end, after the run should have been abandoned. Renewing a
 * lease doesn't prolong the life of a topic, and a run may append nothing until then.
 */
const unendedTtl = 60 * 60_000;

/**
 * Appends the beginning of a run, and takes its lease. `undefined`: somebody else has begun one, or the topic has entries that
 * are no run's. If the store doesn't answer, it tries again until it knows: otherwise a run could be in the log that nobody runs.
 *
 * @param epoch of the topic
 * @param lifetime ends the attempts
 * @throws what the log throws, if nothing was appended.
 */
export async function appendStart(
  { log, wheel, runTtl, report }: RunSources,
  request: RunRequest,
  epoch: string,
  lifetime: Lifetime,
): Promise<Begun | undefined> {
  const { topic, procedure, inputJson, abandonAfter } = request;
  const holder = crypto.randomUUID();
  const lease = { ttl: leaseTtl, holder };
  const record = encodeRecord(recordOf(request));
  const options = {
    lease,
    idempotencyKey: logged.startKey(holder), // no other server's, so a duplicate is this run's
    record,
    ttl: Math.min(Number.MAX_SAFE_INTEGER, Math.max(runTtl, unendedTtl + abandonAfter)),
    stateful: procedure.state !== undefined,
  };
  const beginning: Cursor = { epoch, offset: 0, mark: "0" };
  let after = beginning;
  let isUnsure = false;
  let failures = 0;
  for (;;) {
    try {
      const answer = await log.append(topic, [logged.start(inputJson)], { ...options, after });
      if (!answer.ok) {
        const stray = answer.reason === "moved" ? endOfStrays(answer.since) : undefined;
        if (!stray) return undefined;
        after = stray;
        continue;
      }
      const { cursor } = answer;
      if (answer.duplicate || after !== beginning) return { cursor, lease, page: undefined };
      return { cursor, lease, page: { ok: true, entries: answer.entries, end: cursor, head: cursor, record } };
    } catch (error) {
      isUnsure ||= isUnknown(error);
      if (!isUnsure || lifetime.over) throw error;
      if (++failures === 1) report(error, procedure.path, undefined);
    }
    await delay(wheel, backoff(failures), lifetime);
  }
}

/**
 * Where a run can begin in a topic that has nothing but `$attached` and `$stop`. Others may append them for an earlier run after
 * the topic was freed. `undefined`: the topic has something else, or more than can be read at once.
 */
function endOfStrays(since: ReadPage | ReadGap): Cursor | undefined {
  const areAll = since.ok && !hasRun(since.record) && since.entries.every(isStray);
  return areAll && since.end.offset === since.head.offset ? since.end : undefined;
}
