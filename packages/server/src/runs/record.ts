import { SluiceError } from "@sluice/contract";
import { sha256, stateVersionOf } from "@sluice/contract/internal";
import type { EndFrame, ErrorFrame } from "@sluice/contract/wire";
import type { LogEvent, ReadGap, ReadPage } from "@sluice/log";
import { frameOfEnd, logged } from "../topic/entry.js";
import { readRecord, type TopicRecord, writeRecord } from "../topic/record.js";
import { byteLength } from "../topic/utf8.js";
import type { RunRequest } from "./run-request.js";

/** The record of a run's topic. */
export interface RunRecord extends TopicRecord {
  readonly input: string;
}

/** Most bytes that a log takes as a record. */
const longest = 1_024;
/** Characters of a message that always fit, even if each needs an escape. */
const shortened = 64;

/** A short name for an input, from its canonical JSON. */
export const fingerprintOf = sha256;

export function encodeRecord(record: RunRecord): string {
  const shorter = record.end && { ...record, end: shorten(record.end) };
  const fitting = [record, shorter].map((each) => each && writeRecord(each)).find(fits);
  return fitting ?? writeRecord({ ...record, end: logged.interrupted });
}

/** What a run's record says from its start on. */
export function recordOf({ procedure, input }: Pick<RunRequest, "procedure" | "input">): RunRecord {
  const version = stateVersionOf(procedure);
  return version === 1 ? { input } : { input, version };
}

/** `undefined`: no run has begun in this life of the topic. */
export function decodeRecord(text: string | undefined): RunRecord | undefined {
  const { input, ...rest } = readRecord(text);
  return input === undefined ? undefined : { ...rest, input };
}

/** Whether a run has begun in this life of the topic. A record may also say no more than a version. */
export const hasRun = (text: string | undefined): boolean => decodeRecord(text) !== undefined;

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

const fits = (text: string | undefined): boolean => text !== undefined && byteLength(text) <= longest;

function shorten({ type, data }: LogEvent): LogEvent {
  const { code, message } = JSON.parse(data);
  return type === "$error"
    ? logged.error(new SluiceError(code, { message: `${message}`.slice(0, shortened) }))
    : logged.end;
}
