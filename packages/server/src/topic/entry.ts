import { SluiceError } from "@sluice/contract";
import {
  type AtFrame,
  type EndFrame,
  type ErrorFrame,
  encodeFrame,
  encodeLogged,
  formatCursor,
} from "@sluice/contract/wire";
import type { LogEntry, LogEvent } from "@sluice/log";

const error = ({ code, message, data }: { code: string; message: string; data: unknown }): LogEvent => ({
  type: "$error",
  data: JSON.stringify({ code, message, data }),
});

/**
 * The entries of a run's topic beside its events: its beginning with its input, that somebody is attached to it on another
 * server, that it is to stop, and its end. PROTOCOL §9.4.
 */
export const logged = {
  /** The idempotency key of a run's beginning. Each run has its own, so only a retry is a duplicate. */
  startKey: (run: string): string => `$start/${run}`,
  start: (input: string): LogEvent => ({ type: "$start", data: JSON.stringify(input) }),
  inputOf: ({ type, data }: LogEvent): string | undefined => (type === "$start" ? JSON.parse(data) : undefined),
  attached: { type: "$attached", data: "{}" } satisfies LogEvent,
  /** The idempotency key of `stop`: once is enough. An earlier life's may come late, and must not count. */
  stopKey: (epoch: string): string => `$stop/${epoch}`,
  stop: (epoch: string): LogEvent => ({ type: "$stop", data: JSON.stringify({ epoch }) }),
  /** The idempotency key of the end: only the first end is appended. */
  endKey: "$end",
  end: { type: "$end", data: "{}" } satisfies LogEvent,
  error,
  interrupted: error(new SluiceError("interrupted")),
  /** The end of a run that was stopped, and has not ended by itself. */
  stopped: error(new SluiceError("interrupted", { message: "The run was stopped" })),
};

/**
 * Records the contract with which a topic is published from there on: its state's version. It precedes the first event
 * of each version above 1. PROTOCOL §12.
 */
export const versionEntry = {
  of: (version: number): LogEvent => ({ type: "$version", data: JSON.stringify({ version }) }),
  /** `undefined` for any other entry. */
  read: ({ type, data }: LogEvent): number | undefined => (type === "$version" ? JSON.parse(data).version : undefined),
};

/**
 * The entries of a topic's source beside its events: that it begins on a server, and that it ended with a declared error, which
 * ends the topic's subscribers and not the topic. PROTOCOL §9.5.
 */
export const sourced = {
  begin: (source: string): LogEvent => ({ type: "$source", data: JSON.stringify({ source }) }),
  isBegin: ({ type }: LogEvent): boolean => type === "$source",
  failure: (error: { code: string; message: string; data: unknown }): LogEvent => ({
    ...logged.error(error),
    type: "$failed",
  }),
  isFailure: ({ type }: LogEvent): boolean => type === "$failed",
};

/** Whether an entry ends its topic. */
export const isLast = ({ type }: LogEvent): boolean => type === "$end" || type === "$error";

/** Whether those who subscribed before an entry get no more after it. */
export const endsSubscribers = (entry: LogEvent): boolean => isLast(entry) || sourced.isFailure(entry);

/** Whether an entry asks to stop the run of this life of its topic. */
export const isStopOf = ({ type, data }: LogEvent, epoch: string): boolean =>
  type === "$stop" && data === logged.stop(epoch).data;

/** Whether an entry may come into the topic's next life, because the topic was freed meanwhile. */
export const isStray = (entry: LogEvent): boolean => isOfAttached(entry) || entry.type === "$stop";

/** Whether an entry only says that a client is attached, and nothing about the run. */
export const isOfAttached = ({ type }: LogEvent): boolean => type === logged.attached.type;

/**
 * The text of the frame that a subscriber gets for an entry.
 *
 * @param lane the lane's number; absent for plain streams
 */
export function frameOf(entry: LogEntry, lane?: number): string {
  const { type, data, cursor } = entry;
  if (type.charCodeAt(0) !== 36 /* $ */) {
    return encodeLogged(lane === undefined ? type : `${lane}/${type}`, data, cursor);
  }
  const frame: AtFrame | EndFrame | ErrorFrame = endsSubscribers(entry)
    ? frameOfEnd(entry)
    : { kind: "at", id: formatCursor(cursor) };
  return encodeFrame(lane === undefined ? frame : { ...frame, lane });
}

/** The frame that tells a subscriber how a run, or a source, ended. */
export const frameOfEnd = ({ type, data }: LogEvent): EndFrame | ErrorFrame =>
  type === "$end" ? { kind: "end" } : { kind: "error", ...JSON.parse(data), final: true };
