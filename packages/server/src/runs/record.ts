import { SluiceError, sha256 } from "@sluice/contract";
import type { EndFrame, ErrorFrame } from "@sluice/contract/wire";
import type { LogEvent, ReadGap, ReadPage } from "@sluice/log";
import { frameOfEnd, logged } from "../topic/entry.js";

/** What a run's topic says of it for as long as it is kept, whatever was trimmed of its entries. PROTOCOL §9.4. */
export interface RunRecord {
  /** The `fingerprintOf` the input that it began with. */
  readonly input: string;
  /** How it ended, if it has: its last entry, shortened where that is long. */
  readonly end?: LogEvent | undefined;
}

/** What a log takes as a record. */
const longest = 1_024;
/** Characters of a message that fit, however they are escaped, beside all else. */
const shortened = 64;

/** Tells inputs apart by their canonical JSON, however long that is. */
export const fingerprintOf = sha256;

export function encodeRecord(record: RunRecord): string {
  const shorter = record.end && { ...record, end: shorten(record.end) };
  const fitting = [record, shorter].map((each) => JSON.stringify(each)).find(fits);
  return fitting ?? JSON.stringify({ input: record.input, end: logged.interrupted });
}

/** `undefined`: no run has begun in this life of the topic, as far as the log knows. */
export function decodeRecord(text: string | undefined): RunRecord | undefined {
  if (text === undefined) return undefined;
  try {
    const { input, end } = JSON.parse(text);
    return typeof input === "string" ? { input, end } : undefined;
  } catch {
    return undefined; // somebody else's
  }
}

/** What a topic says of its run. `gone`: the log has lost it. */
export type Fate = "going" | "ended" | "gone";

/** @param epoch of the run */
export function fateOf({ head, record: text }: ReadPage | ReadGap, epoch: string): Fate {
  const record = decodeRecord(text);
  if (!record || head.epoch !== epoch) return "gone";
  return record.end ? "ended" : "going";
}

/**
 * The frame that a subscriber's stream ends with when the log has no more for it: how the run ended, or that it is gone with
 * its log; `undefined` while there may be more.
 */
export function endingOf(text: string | undefined): EndFrame | ErrorFrame | undefined {
  const record = decodeRecord(text);
  if (!record) return frameOfEnd(logged.interrupted);
  return record.end && frameOfEnd(record.end);
}

const fits = (text: string | undefined): boolean => text !== undefined && Buffer.byteLength(text) <= longest;

function shorten({ type, data }: LogEvent): LogEvent {
  const { code, message } = JSON.parse(data);
  return type === "$error"
    ? logged.error(new SluiceError(code, { message: `${message}`.slice(0, shortened) }))
    : logged.end;
}
