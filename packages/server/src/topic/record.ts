import type { AppendOptions, LogEvent } from "@sluice/log";

/** What the log says of a topic as a whole, whatever entries it still has. PROTOCOL §9.4, §12. */
export interface TopicRecord {
  /** The state version with which the topic is published. Absent: 1. */
  readonly version?: number | undefined;
  /** Of a run: `fingerprintOf` its input. */
  readonly input?: string | undefined;
  /** Of a run: the entry of its end, shortened if that is long. Absent: the run has no end yet. */
  readonly end?: LogEvent | undefined;
}

const none: TopicRecord = {};

/** Anything else that a log holds says nothing. */
export function readRecord(text: string | undefined): TopicRecord {
  if (text === undefined) return none;
  try {
    const { version, input, end } = JSON.parse(text);
    return {
      version: Number.isSafeInteger(version) ? version : undefined,
      input: typeof input === "string" ? input : undefined,
      end,
    };
  } catch {
    return none;
  }
}

export const writeRecord = (record: TopicRecord): string => JSON.stringify(record);

/** The state version with which a topic is published, by its record. */
export const versionIn = (text: string | undefined): number => readRecord(text).version ?? 1;

type RecordOption = Pick<AppendOptions, "record">;

export const noChange: RecordOption = {};

/** Makes the next append say the version of its contract in the topic's record, and keep what else is there. */
export const recordingVersion = (text: string | undefined, version: number): RecordOption =>
  versionIn(text) < version ? { record: writeRecord({ ...readRecord(text), version }) } : noChange;
