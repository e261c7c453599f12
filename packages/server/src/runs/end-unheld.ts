import type { AppendAnswer, Cursor, Log, LogEvent } from "@sluice/log";
import { logged } from "../topic/entry.js";
import { encodeRecord, type RunRecord } from "./record.js";
import { leaseTtl } from "./run-times.js";

/** A run without an end, as the log was read. */
export interface SeenRun {
  readonly record: RunRecord;
  /** Of its topic. */
  readonly head: Cursor;
}

/** Ends a run that nobody runs any more. If somebody holds its lease, the answer is `leased`: it is alive. */
export function endUnheld(
  log: Log,
  topic: string,
  { record, head }: SeenRun,
  end: LogEvent,
  ttl?: number,
): Promise<AppendAnswer> {
  return log.append(topic, [end], {
    after: head,
    lease: { ttl: leaseTtl },
    idempotencyKey: logged.endKey,
    record: encodeRecord({ ...record, end }),
    ...(ttl !== undefined && { ttl }),
  });
}
