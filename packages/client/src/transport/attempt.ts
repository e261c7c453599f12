import type { SluiceError } from "@sluice/contract";
import type { Retry } from "./retry.js";
import type { LaneSink } from "./transport.js";

/** One attempt to open a lane, on a stream of its own or on one with others, until the lane closes or its stream is given up. */
export interface Attempt {
  /** The server of its stream has said that it can't reach its log. */
  stale?: true | undefined;
  /** Makes the watchdog check now. */
  check(): void;
  close(): void;
}

/** `closed` is called once. Nothing is called after it, nor after `close`. */
export interface AttemptSink extends Pick<LaneSink, "opened" | "frame"> {
  /** @param mark identifies the credentials that the stream was requested with. */
  closed(error: SluiceError | undefined, retry: Retry, mark: number): void;
  readonly ready: LaneSink["ready"] | undefined;
  /** The subscription's first attempt. */
  readonly isFirstAttempt: boolean;
  /** It can go on from a cursor, and isn't waiting to try again. */
  readonly isMovable: boolean;
  /** After `opened`: the stream is given up for the next one, which is wanted now, and nothing follows. Before: it is late. */
  lost(): void;
  /** The `retry:` line at the start of a stream, in milliseconds. */
  rebase(ms: number): void;
  /** The server can't reach its log any more, or, if `undefined`, it can again. */
  store(stale: true | undefined): void;
  /** The server wants the lane on another stream in so many milliseconds. */
  drain(ms: number): void;
  /** The client wants it on another stream now: whatever the pace, as otherwise it would come alone, and move the others again. */
  move(): void;
}
