import { SluiceError, sha256 } from "@sluice/contract";
import type { EndFrame, ErrorFrame } from "@sluice/contract/wire";
import type { LogEvent, ReadGap, ReadPage } from "@sluice/log";
import { frameOfEnd, logged } from "../topic/entry.js";

/** The record of a run's topic. It outlives the entries. PROTOCOL §9.4. */
export interface RunRecord {
  /** `fingerprintOf` the input of the run. */
  readonly input: string;
  /** The entry of its end, shortened if that is long. Absent: the run has no end yet. */
  readonly end?: LogEvent | undefined;
}

/** Most bytes that a log takes as a record. */
const longest = 1_024;
/** Characters of a message that always fit, even if each needs an escape. */
const shortened = 64;

/** A short name for an input, from its canonical JSON. */
export const fingerprintOf = sha256;

export function encodeRecord(record: RunRecord): string {
  const shorter = record.end && { ...record, end: shorten(record.end) };
  const fitting = [record, shorter].map((each) => JSON.stringify(each)).find(fits);
  return fitting ?? JSON.stringify({ input: record.input, end: logged.interrupted });
}

/** `undefined`: no run has begun in this life of the topic. */
export function decodeRecord(text: string | undefined): RunRecord | undefined {
  if (text === undefined) return undefined;
  try {
    const { input, end } = JSON.parse(text);
    return typeof input === "string" ? { input, end } : undefined;
  } catch {
    return undefined; // not a run's record
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
 * The last frame of a subscriber that has read the whole log: how the run ended, or `interrupted` if the log has lost it.
 * `undefined`: more events may come.
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
